import type { Query } from '../core/db/partitions.ts';

const CANCEL = `
  with ended as (
    update recoveries set state = 'cancelled', finished_at = now(), updated_at = now()
    where id = $1 and state in ('running', 'paused') returning id, platform, org_id
  ), noted as (
    insert into audit_log (id, actor, action, platform, org_id, subject_id, details)
    select posthorn_uuidv7(), 'an operator in Temporal', 'recovery.cancelled', platform, org_id, id, '{}' from ended
  )
  select pg_notify('posthorn_recoveries', id::text) from ended`;

/** Cancels a recovery whose workflow was cancelled in Temporal. */
export async function cancelRecovery(query: Query, recoveryId: string): Promise<void> {
  await query(CANCEL, [recoveryId]);
}
