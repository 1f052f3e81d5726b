/** Deliveries whose events are past the retention. They cannot be queued. $1 deliveries */
export const WITHOUT_EVENT = `
  select id from deliveries d where id = any($1::uuid[]) and not exists (select from events where id = d.event_id)`;

/** Ends claimed deliveries whose events are past the retention. $1 worker, $2 deliveries */
export const END_WITHOUT_EVENT = {
  name: 'end-without-event',
  text: `
with ended as (
  delete from outbox o using unnest($2::uuid[]) as t(id)
  where o.delivery_id = t.id and o.claimed_by = $1 and not exists (select from events where id = o.event_id)
  returning o.delivery_id
)
update deliveries d set status = 'failed', failed_at = now(), next_attempt_at = null, updated_at = now(),
  error_message = 'its event is no longer kept'
from ended where d.id = ended.delivery_id`,
};
