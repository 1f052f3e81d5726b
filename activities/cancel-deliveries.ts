import type { Query } from '../core/db/partitions.ts';

const CANCEL = `
  with ended as (
    delete from outbox where delivery_id = any($1::uuid[]) and workflow_id = $2 and claimed_by is null returning delivery_id
  )
  update deliveries d set status = 'cancelled', failed_at = now(), updated_at = now(), next_attempt_at = null,
    error_message = 'cancelled by an operator in Temporal'
  from ended where d.id = ended.delivery_id`;

/** Cancels the unfinished deliveries of a cancelled workflow; attempts in flight end by themselves. */
export async function cancelDeliveries(query: Query, workflowId: string, deliveryIds: string[]): Promise<void> {
  await query(CANCEL, [deliveryIds, workflowId]);
}
