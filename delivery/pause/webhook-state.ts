import type { Execute } from '../../core/db/execute.ts';

/*
 * A webhook's state. What it means for the webhook's deliveries follows in parts (propagate-part.ts), once the change is
 * committed; until then nothing is sent that should not be, since whoever claims a delivery looks at its webhook.
 */

/** Nothing goes out any more, nothing is lost. A second call changes nothing. */
export async function pauseWebhook(execute: Execute, id: string, reason: string): Promise<void> {
  await changeState(execute, 'paused_at = now(), paused_reason = ?', 'paused_at is null', [reason, id]);
}

/** What was held becomes due, oldest first, and its retry schedule goes on where it stood. */
export async function resumeWebhook(execute: Execute, id: string): Promise<void> {
  await changeState(execute, 'paused_at = null, paused_reason = null', 'paused_at is not null', [id]);
  await execute('update last_failures set failing_since = null, failures = 0 where webhook_id = ?', [id]);
}

/** Turns a webhook off; what was still to be sent is cancelled and says so with `reason`. */
export async function deactivateWebhook(execute: Execute, id: string, reason: string): Promise<void> {
  await changeState(execute, 'active = false, inactive_reason = ?', 'deleted_at is null', [reason, id]);
}

/** New events are for it again. What was cancelled stays so. */
export async function activateWebhook(execute: Execute, id: string): Promise<void> {
  await changeState(execute, 'active = true, inactive_reason = null', 'not active', [id]);
}

/** The history stays; the secret goes. */
export async function deleteWebhook(execute: Execute, id: string): Promise<void> {
  await changeState(execute, `deleted_at = now(), active = false, secret = ''`, 'deleted_at is null', [id]);
}

async function changeState(execute: Execute, change: string, when: string, params: unknown[]): Promise<void> {
  await execute(
    `with changed as (
       update webhooks set ${change}, propagating = 'begun', updated_at = now() where id = ? and ${when} returning id
     )
     select pg_notify('posthorn_webhook_states', '') from changed`,
    params,
  );
}
