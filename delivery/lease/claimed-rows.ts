/** Rows that one statement reads. */
export const SLICE = 5_000;

/** The end of a slice, where the next one begins; null: it was the last. */
export interface SliceEnd {
  next_due_at: string | null;
  next_id: string | null;
}

/** Before every row. */
export const FIRST_SLICE: SliceEnd = { next_due_at: '-infinity', next_id: '00000000-0000-0000-0000-000000000000' };

/**
 * There is no index of claims, because it would slow down every claim and record. Claimed rows are found by the index on `due_at`, which
 * does not contain held deliveries. $1 and $2: the last row of the previous slice
 */
const slice = `
slice as materialized (
  select delivery_id, due_at, claimed_by from outbox
  where due_at <= now() + interval '1 minute' and (due_at, delivery_id) > ($1::text::timestamptz, $2::uuid)
  order by due_at, delivery_id limit ${SLICE}
), last as (
  select due_at::text as next_due_at, delivery_id as next_id from slice
  where (select count(*) from slice) = ${SLICE} order by due_at desc, delivery_id desc limit 1
)`;

/** Makes the claims of dead workers due. */
export const RECLAIM_SLICE = `
with ${slice}, orphans as (
  update outbox o set claimed_by = null, due_at = least(o.due_at, now()) from slice s
  where o.delivery_id = s.delivery_id and o.claimed_by = s.claimed_by and s.claimed_by not in (select id from workers)
  returning o.delivery_id
)
select (select count(*)::int from orphans) as found, next_due_at, next_id,
  case when exists (select from orphans) then pg_notify('posthorn_due', '')::text end
from (select) one left join last on true`;

/** The claims of a worker. $3 worker */
export const CLAIMED_BY_SLICE = `
with ${slice}
select (select coalesce(array_agg(delivery_id), '{}') from slice where claimed_by = $3::uuid) as deliveries, next_due_at, next_id
from (select) one left join last on true`;
