/** Rows that one statement looks at. */
export const SLICE = 5_000;

/** What a statement over a slice answers beside its own columns: where the next slice begins; null: there is none. */
export interface SliceEnd {
  next_due_at: string | null;
  next_id: string | null;
}

/** Before every row. */
export const FIRST_SLICE: SliceEnd = { next_due_at: '-infinity', next_id: '00000000-0000-0000-0000-000000000000' };

/**
 * No index has the claims, since an entry in it would cost every claim and every record. But what is claimed was due, or about to be, and
 * stays in the index by `due_at`; what is held is not in it. $1 and $2: the row that the slice before ended with
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

/** Makes due at once what is claimed by nobody alive. */
export const RECLAIM_SLICE = `
with ${slice}, orphans as (
  update outbox o set claimed_by = null, due_at = least(o.due_at, now()) from slice s
  where o.delivery_id = s.delivery_id and o.claimed_by = s.claimed_by and s.claimed_by not in (select id from workers)
  returning o.delivery_id
)
select (select count(*)::int from orphans) as found, next_due_at, next_id,
  case when exists (select from orphans) then pg_notify('posthorn_due', '')::text end
from (select) one left join last on true`;

/** What a worker has claimed and not recorded. $3 worker */
export const CLAIMED_BY_SLICE = `
with ${slice}
select (select coalesce(array_agg(delivery_id), '{}') from slice where claimed_by = $3::uuid) as deliveries, next_due_at, next_id
from (select) one left join last on true`;
