import type { Execute } from '../../core/db/execute.ts';

/*
 * Changes a webhook's state. It is propagated to the deliveries in parts (propagate-part.ts) after the commit. Nothing is sent
 * meanwhile, because a worker checks the webhook of each claimed delivery.
 */

/** Holds all deliveries. A second call changes nothing. */
export async function pauseWebhook(execute: Execute, id: string, reason: string): Promise<void> {
  await changeState(execute, 'paused_at = now(), paused_reason = ?', 'paused_at is null', [reason, id]);
}

/** Held deliveries become due, oldest first, and continue their retry schedule. */
export async function resumeWebhook(execute: Execute, id: string): Promise<void> {
  await changeState(execute, 'paused_at = null, paused_reason = null', 'paused_at is not null', [id]);
  await execute('update last_failures set failing_since = null, failures = 0 where webhook_id = ?', [id]);
}

/** Turns a webhook off; its unfinished deliveries are cancelled with `reason`. */
export async function deactivateWebhook(execute: Execute, id: string, reason: string): Promise<void> {
  await changeState(execute, 'active = false, inactive_reason = ?', 'deleted_at is null', [reason, id]);
}

/** Turns a webhook on; cancelled deliveries stay cancelled. */
export async function activateWebhook(execute: Execute, id: string): Promise<void> {
  await changeState(execute, 'active = true, inactive_reason = null', 'not active', [id]);
}

/** Keeps the history and deletes the secrets and the headers. */
export async function deleteWebhook(execute: Execute, id: string): Promise<void> {
  await changeState(
    execute,
    `deleted_at = now(), active = false, secret = '', previous_secret = null, previous_secret_expires_at = null, options = options - 'headers'`,
    'deleted_at is null',
    [id],
  );
  await execute('delete from unrecovered where webhook_id = ?', [id]);
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
