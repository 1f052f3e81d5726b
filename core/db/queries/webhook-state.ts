import { notifyDue, type Execute } from './execute.ts';

/*
 * A webhook's state and what it means for its deliveries. Every function updates or locks the webhook's row first, so that two
 * of them for one webhook take turns. An attempt in flight (claimed_by is not null) is never touched: what becomes of it is
 * decided when its outcome is recorded, with a look at the webhook.
 *
 * Rows that somebody else has locked are left out rather than waited for, since whoever records an attempt waits for rows that
 * are looked at here. They, and what statements write that saw the webhook as it was before, are left to `settleDeliveries`.
 */

/** Nothing goes out any more, nothing is lost. A second call changes nothing. */
export async function pauseWebhook(execute: Execute, id: string): Promise<void> {
  await execute(
    `update webhooks set paused_at = coalesce(paused_at, now()),
       updated_at = case when paused_at is null then now() else updated_at end
     where id = ?`,
    [id],
  );
  await holdDeliveries(execute, id);
}

/** What was held is due at once, and its retry schedule goes on where it stood. */
export async function resumeWebhook(execute: Execute, id: string): Promise<void> {
  await execute(
    `update webhooks set paused_at = null, updated_at = case when paused_at is null then updated_at else now() end
     where id = ?`,
    [id],
  );
  await releaseDeliveries(execute, id);
}

/** Turns a webhook off; what was still to be sent is cancelled and says so with `reason`. */
export async function deactivateWebhook(execute: Execute, id: string, reason: string): Promise<void> {
  await execute(
    `update webhooks set active = false, inactive_reason = ?, updated_at = now() where id = ? and deleted_at is null`,
    [reason, id],
  );
  await cancelDeliveries(execute, id, describeOff(reason));
}

/** The history stays; the secret goes. */
export async function deleteWebhook(execute: Execute, id: string): Promise<void> {
  await execute(
    `update webhooks set deleted_at = now(), updated_at = now(), active = false, secret = '' where id = ?`,
    [id],
  );
  await cancelDeliveries(execute, id, DELETED);
}

/** Brings a webhook's deliveries in line with its state, whatever that is by now. */
export async function settleDeliveries(execute: Execute, id: string): Promise<void> {
  const [webhook] = await execute(
    'select active, inactive_reason, paused_at, deleted_at from webhooks where id = ? for update',
    [id],
  );
  if (!webhook) return;
  if (webhook['deleted_at'] !== null) await cancelDeliveries(execute, id, DELETED);
  else if (!webhook['active']) await cancelDeliveries(execute, id, describeOff(String(webhook['inactive_reason'])));
  else if (webhook['paused_at'] !== null) await holdDeliveries(execute, id);
  else await releaseDeliveries(execute, id);
}

const DELETED = 'the webhook was deleted';

function describeOff(reason: string): string {
  return `the webhook was turned off: ${reason}`;
}

async function holdDeliveries(execute: Execute, webhookId: string): Promise<void> {
  await execute(
    `with free as materialized (
       select delivery_id from outbox where webhook_id = ? and claimed_by is null and due_at is not null
       for update skip locked
     ), held as (
       update outbox o set due_at = null from free where o.delivery_id = free.delivery_id returning o.delivery_id
     )
     update deliveries d set status = 'held', next_attempt_at = null, updated_at = now()
     from held where d.id = held.delivery_id`,
    [webhookId],
  );
}

async function releaseDeliveries(execute: Execute, webhookId: string): Promise<void> {
  await execute(
    `with free as materialized (
       select delivery_id from outbox where webhook_id = ? and claimed_by is null and due_at is null
       for update skip locked
     ), due as (
       update outbox o set due_at = now(), next_attempt_at = now() from free where o.delivery_id = free.delivery_id
       returning o.delivery_id, o.attempts
     )
     update deliveries d set status = case when due.attempts = 0 then 'pending' else 'retrying' end,
       next_attempt_at = now(), updated_at = now()
     from due where d.id = due.delivery_id`,
    [webhookId],
  );
  await notifyDue(execute);
}

async function cancelDeliveries(execute: Execute, webhookId: string, reason: string): Promise<void> {
  await execute(
    `with free as materialized (
       select delivery_id from outbox where webhook_id = ? and claimed_by is null for update skip locked
     ), ended as (
       delete from outbox o using free where o.delivery_id = free.delivery_id returning o.delivery_id
     )
     update deliveries d set status = 'cancelled', failed_at = now(), next_attempt_at = null, error_message = ?,
       updated_at = now()
     from ended where d.id = ended.delivery_id`,
    [webhookId, reason],
  );
}
