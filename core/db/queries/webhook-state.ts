import { notifyDue, type Execute } from './execute.ts';

/*
 * A webhook's state and what it means for its deliveries. An attempt in flight (claimed_by is not null) is never touched
 * here: what becomes of it is decided when its outcome is recorded, with a look at the webhook.
 */

/** Nothing goes out any more, nothing is lost. A second call changes nothing. */
export async function pauseWebhook(execute: Execute, id: string): Promise<void> {
  await execute('update webhooks set paused_at = now(), updated_at = now() where id = ? and paused_at is null', [id]);
  await execute(
    `with held as (
       update outbox set due_at = null where webhook_id = ? and claimed_by is null and due_at is not null
       returning delivery_id
     )
     update deliveries d set status = 'held', next_attempt_at = null, updated_at = now()
     from held where d.id = held.delivery_id`,
    [id],
  );
}

/** What was held is due at once, and its retry schedule goes on where it stood. */
export async function resumeWebhook(execute: Execute, id: string): Promise<void> {
  await execute('update webhooks set paused_at = null, updated_at = now() where id = ? and paused_at is not null', [
    id,
  ]);
  await execute(
    `with due as (
       update outbox set due_at = now(), next_attempt_at = now()
       where webhook_id = ? and claimed_by is null and due_at is null
       returning delivery_id, attempts
     )
     update deliveries d set status = case when due.attempts = 0 then 'pending' else 'retrying' end,
       next_attempt_at = now(), updated_at = now()
     from due where d.id = due.delivery_id`,
    [id],
  );
  await notifyDue(execute);
}

/** Turns a webhook off; what was still to be sent is cancelled and says so with `reason`. */
export async function deactivateWebhook(execute: Execute, id: string, reason: string): Promise<void> {
  await execute(
    `update webhooks set active = false, inactive_reason = ?, updated_at = now() where id = ? and deleted_at is null`,
    [reason, id],
  );
  await cancelDeliveries(execute, id, `the webhook was turned off: ${reason}`);
}

/** The history stays; the secret goes. */
export async function deleteWebhook(execute: Execute, id: string): Promise<void> {
  await execute(
    `update webhooks set deleted_at = now(), updated_at = now(), active = false, secret = '' where id = ?`,
    [id],
  );
  await cancelDeliveries(execute, id, 'the webhook was deleted');
}

async function cancelDeliveries(execute: Execute, webhookId: string, reason: string): Promise<void> {
  await execute(
    `with ended as (
       delete from outbox where webhook_id = ? and claimed_by is null returning delivery_id
     )
     update deliveries d set status = 'cancelled', failed_at = now(), next_attempt_at = null, error_message = ?,
       updated_at = now()
     from ended where d.id = ended.delivery_id`,
    [webhookId, reason],
  );
}
