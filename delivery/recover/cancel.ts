import type { Execute } from '../../core/db/execute.ts';

export interface Cancellation {
  deliveryId: string;
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  /** The delivery's error message. */
  reason: string;
}

export type CancelResult =
  { kind: 'cancelled'; workflowId: string | null } | { kind: 'not_found' | 'already_ended' | 'attempt_in_flight' };

/**
 * Cancels an unfinished delivery. Does nothing while an attempt is in flight. Run it in a
 * transaction.
 */
export async function cancelDelivery(execute: Execute, cancellation: Cancellation): Promise<CancelResult> {
  const { deliveryId, platform, orgId, reason } = cancellation;
  const owner = [deliveryId, platform, orgId];
  await execute(LOCK_ORDER, [deliveryId]);
  const [cancelled] = await execute(CANCEL, [...owner, reason]);
  if (cancelled) return { kind: 'cancelled', workflowId: cancelled['workflow_id'] as string | null };
  const [found] = await execute(FIND, owner);
  if (!found) return { kind: 'not_found' };
  return { kind: found['in_flight'] ? 'attempt_in_flight' : 'already_ended' };
}

/** Whoever ends a delivery moves up the next in line, and so may wait for the row that is about to be locked here. */
const LOCK_ORDER = 'select posthorn_lock_order(webhook_id) from deliveries where id = ? and order_key is not null';

const CANCEL = `
  with free as materialized (
    select o.delivery_id from outbox o
    where o.delivery_id = (select id from deliveries where id = ? and platform = ? and org_id = ?) and o.claimed_by is null
    for update of o
  ), ended as (
    delete from outbox o using free where o.delivery_id = free.delivery_id returning o.delivery_id
  )
  update deliveries d set status = 'cancelled', failed_at = now(), next_attempt_at = null, error_message = ?, updated_at = now()
  from ended where d.id = ended.delivery_id
  returning d.workflow_id`;

const FIND = `
  select exists (select from outbox o where o.delivery_id = d.id) as in_flight
  from deliveries d where d.id = ? and d.platform = ? and d.org_id = ?`;
