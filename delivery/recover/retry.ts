import { maximumAttempts } from '../../core/options/retry-policy.ts';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import { notifyDue, type Execute } from '../../core/db/execute.ts';

export interface RetryRequest {
  deliveryId: string;
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  /** Sends again what was delivered already. */
  force: boolean;
}

export type RetryResult =
  /**
   * `in_flight`: an attempt is being made right now, and that one is the retry. `waits_in_line`: an earlier delivery with its ordering key has
   * not ended.
   */
  | 'due'
  | 'in_flight'
  | 'waits_in_line'
  | 'not_found'
  | 'already_delivered'
  | 'webhook_paused'
  | 'webhook_inactive'
  | 'webhook_deleted';

interface Row {
  status: DeliveryStatus;
  active: boolean;
  paused: boolean;
  deleted: boolean;
}

/**
 * Makes a delivery due now (contract.md, Routes): what waits for its next attempt keeps the rest of its schedule, what has
 * ended starts the schedule again. Calling it twice, or at once, makes one attempt. To be run in a transaction.
 */
export async function requestRetry(execute: Execute, request: RetryRequest): Promise<RetryResult> {
  const { deliveryId } = request;
  const [row] = (await execute(FIND, [deliveryId, request.platform, request.orgId])) as unknown as Row[];
  if (!row) return 'not_found';
  let [waiting] = await execute(`${WAITING} for update`, [deliveryId]);
  if (!waiting) {
    const [ended] = (await execute(STATUS, [deliveryId])) as unknown as Pick<Row, 'status'>[];
    // Whoever held that lock may have queued it: then nothing is left to do.
    [waiting] = await execute(WAITING, [deliveryId]);
    if (waiting) return waiting['claimed_by'] === null ? 'due' : 'in_flight';
    if (ended!.status === 'delivered' && !request.force) return 'already_delivered';
  }
  if (waiting && waiting['claimed_by'] !== null) return 'in_flight';
  if (waiting?.['in_line']) return 'waits_in_line';
  if (row.deleted) return 'webhook_deleted';
  if (!row.active) return 'webhook_inactive';
  if (row.paused) return 'webhook_paused';
  await execute(waiting ? SEND_NOW : START_AGAIN, [deliveryId]);
  await notifyDue(execute);
  return 'due';
}

/**
 * The share lock keeps the webhook as it is until the commit: pausing and deleting wait for it. What has lost its event cannot be read
 * any more, nor sent.
 */
const FIND = `
  select d.status, w.active, w.paused_at is not null as paused, w.deleted_at is not null as deleted
  from deliveries d join webhooks w on w.id = d.webhook_id
  where d.id = ? and d.platform = ? and d.org_id = ? and exists (select from events where id = d.event_id) for share of w`;

const WAITING = `select claimed_by, due_at = 'infinity' as in_line from outbox where delivery_id = ?`;

/**
 * Its lock lets one at a time queue a delivery that has ended. Nobody who holds it may wait for an outbox row: those who hold
 * one of those wait for it.
 */
const STATUS = 'select status from deliveries where id = ? for update';

const SEND_NOW = `
  with due as (
    update outbox set due_at = now(), next_attempt_at = now(), trigger = 'manual' where delivery_id = ?
    returning delivery_id, attempts
  )
  update deliveries d set status = case when due.attempts = 0 then 'pending' else 'retrying' end,
    next_attempt_at = now(), updated_at = now()
  from due where d.id = due.delivery_id`;

const START_AGAIN = `
  with queued as (
    insert into outbox (delivery_id, event_id, webhook_id, attempts, round_start, max_attempts, trigger, due_at, order_key)
    select d.id, d.event_id, d.webhook_id, d.attempts, d.attempts, d.attempts + ${maximumAttempts('w')}, 'manual', now(), d.order_key
    from deliveries d join webhooks w on w.id = d.webhook_id where d.id = ?
    returning delivery_id, attempts, max_attempts, due_at
  )
  update deliveries d set status = case when queued.attempts = 0 then 'pending' else 'retrying' end,
    max_attempts = queued.max_attempts, failed_at = null,
    next_attempt_at = case when queued.due_at < 'infinity' then now() end, updated_at = now()
  from queued where d.id = queued.delivery_id`;
