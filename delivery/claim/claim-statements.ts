/**
 * Claims the outbox rows of the CTE `due` for worker $1 and returns everything that their attempts need. `due` has locked them and has
 * their `place` (ctid): a join by id would read the whole outbox once its statistics count dead rows of an old snapshot as gone. `bytes` is the size of
 * the body, null if its event is past the retention. If all bodies together exceed `most` bytes, none
 * is returned; BODIES reads the wanted ones.
 *
 * Claims commit asynchronously: they are durable with the next synchronous commit, or after about 0.2 s. If PostgreSQL crashes before,
 * the delivery is due again, and the result of the attempt still counts unless another worker has claimed it by then.
 */
const claimed = (due: string, most: string) => `
due as materialized (${due}
), claimed as materialized (
  update outbox o set claimed_by = $1 from due
  where o.ctid = due.place and (select set_config('synchronous_commit', 'off', true)) = 'off' returning o.*
), taken as (
select c.delivery_id, c.event_id, c.webhook_id, c.attempts, c.max_attempts, c.round_start, c.trigger, c.workflow_id,
  extract(epoch from c.due_at)::float8 as due,
  e.platform, e.org_id, e.event_type, e.trace, octet_length(e.body) as bytes,
  case when sum(octet_length(e.body)) over () <= ${most}::bigint then e.body end as body,
  w.url, encode(w.secret, 'base64') as secret, w.active and w.deleted_at is null as active, w.paused_at is not null as paused,
  encode(w.previous_secret, 'base64') as previous_secret,
  extract(epoch from w.previous_secret_expires_at)::float8 as previous_secret_expires_at,
  w.options::text as options, extract(epoch from u.since)::float8 as unrecovered_since
from claimed c
left join lateral (select * from events where id = c.event_id offset 0) e on true
cross join lateral (select * from webhooks where id = c.webhook_id offset 0) w
left join lateral (select since from unrecovered where webhook_id = c.webhook_id offset 0) u on true
)`;

const claim = (due: string, most: string) => `with ${claimed(due, most)} select * from taken order by delivery_id`;

/**
 * Claims the oldest due deliveries of all webhooks. No other worker gets a claimed delivery until its result is recorded
 * or its worker is declared dead. While an old snapshot is open, the index keeps an entry of every delivery that ended since;
 * `$3` skips those.
 * $1 worker, $2 maximum number, $3 earliest due time, in seconds since 1970; -Infinity: all, $4 maximum bytes of bodies
 */
export const CLAIM_DUE = {
  name: 'claim-due',
  text: claim(
    `
  select ctid as place from outbox
  where due_at <= now() and due_at >= to_timestamp($3::float8) and claimed_by is null
  order by due_at, delivery_id limit $2 for update skip locked`,
    '$4',
  ),
};

/** Webhooks that one fair claim looks at, and from which it takes deliveries, at most. */
const MOST_VISITED = 200;
const MOST_SERVED = 32;

const visit = (after: string) => `
  select webhook_id, due_at, coalesce(($3::jsonb ->> webhook_id::text)::int, $4::int) as capacity
  from outbox where webhook_id > ${after} and due_at >= to_timestamp($6::float8) order by webhook_id, due_at limit 1`;

/**
 * Claims due deliveries webhook by webhook: an equal share of each, oldest first, at most its capacity. Its cost does not depend on
 * the number of due deliveries, because the index leads from webhook to webhook. `seen` is the last webhook that
 * was looked at, null if there was none; `more`: others may follow it; `most`: the largest number of one webhook.
 * `oldest` is the earliest due time that it saw, in seconds since 1970, or now if all of them are due later.
 * $1 worker, $2 maximum number, $3 capacity by webhook, as JSON, $4 capacity of the others, $5 webhook to begin after, $6 earliest
 * due time, as in CLAIM_DUE, $7 maximum bytes of bodies
 */
export const CLAIM_FAIRLY = {
  name: 'claim-fairly',
  text: `
with recursive visited as (
  select *, 1 as visits, (due_at <= now() and capacity > 0)::int as served from (${visit('$5')}) first
  union all
  select next.*, v.visits + 1, v.served + (next.due_at <= now() and next.capacity > 0)::int
  from visited v cross join lateral (${visit('v.webhook_id')}) next
  where v.visits < ${MOST_VISITED} and v.served < ${MOST_SERVED}
), share as materialized (
  select greatest(1, $2 / greatest(1, max(served))) as each from visited
), scan as materialized (
  select webhook_id as seen, visits = ${MOST_VISITED} or served = ${MOST_SERVED} as more, 2 * (select each from share) as most,
    (select extract(epoch from least(min(due_at), now()))::float8 from visited) as oldest
  from visited order by visits desc limit 1
), ${claimed(
    `
  select one.place from visited v
  cross join lateral (
    select place, row_number() over () as turn from (
      select ctid as place from outbox
      where webhook_id between v.webhook_id and v.webhook_id and due_at <= now() and due_at >= to_timestamp($6::float8)
        and claimed_by is null
      order by webhook_id, due_at, delivery_id limit least(v.capacity, (select most from scan)) for update skip locked
    ) oldest
  ) one
  where v.due_at <= now() and v.capacity > 0
  order by (one.turn - 1) / (select each from share), v.visits limit $2`,
    '$7',
  )}
select * from scan left join taken on true order by delivery_id`,
};

/**
 * Claims the deliveries of a workflow that are due for a retry, within the capacity.
 * $1 worker, $2 maximum number, $3 capacity by webhook, as JSON, $4 capacity of the others, $5 deliveries, $6 workflow,
 * $7 tolerance in seconds between Temporal's clock and the database's, $8 maximum bytes of bodies
 */
export const CLAIM_MEMBERS = {
  name: 'claim-members',
  text: claim(
    `
  select locked.place from (
    select delivery_id, coalesce(($3::jsonb ->> webhook_id::text)::int, $4::int) as capacity,
      row_number() over (partition by webhook_id order by delivery_id) as turn
    from outbox
    where delivery_id = any($5::uuid[]) and workflow_id = $6 and claimed_by is null and due_at is not null
      and next_attempt_at <= now() + $7 * interval '1 second'
  ) member
  cross join lateral (
    select ctid as place from outbox where delivery_id = member.delivery_id and claimed_by is null for update skip locked
  ) locked
  where member.turn <= member.capacity limit $2`,
    '$8',
  ),
};

/** The bodies that a claim did not return. $1 events */
export const BODIES = {
  name: 'bodies',
  text: `
select e.id, e.body from unnest($1::uuid[]) as t(id)
cross join lateral (select id, body from events where id = t.id offset 0) e`,
};

/** The state of a workflow's deliveries. $1 deliveries */
export const DELIVERY_RESULTS = {
  name: 'delivery-results',
  text: `
select t.id as delivery_id, d.status, d.attempts, d.max_attempts, d.status_code, d.error_message, o.workflow_id,
  o.claimed_by, o.next_attempt_at, o.delivery_id is not null as open, coalesce(o.round_start, 0) as round_start,
  w.options
from unnest($1::uuid[]) as t(id)
cross join lateral (select * from deliveries where id = t.id offset 0) d
cross join lateral (select * from webhooks where id = d.webhook_id offset 0) w
left join lateral (select * from outbox where delivery_id = t.id offset 0) o on true`,
};

/**
 * Releases claimed deliveries without an attempt: cancelled if their webhook is off, held if it is paused, due again
 * otherwise. $1 worker, $2 deliveries, $3 milliseconds until they are due, 0: now, in their old order, $4 error message for those that have had
 * no attempt yet, or null
 */
export const RELEASE = {
  name: 'release',
  text: `
with judged as materialized (
  select o.delivery_id, o.place, o.attempts, case
      when not w.active or w.deleted_at is not null then 'cancelled'
      when w.paused_at is not null then 'held'
      when o.attempts = 0 then 'pending' else 'retrying' end as status
  from unnest($2::uuid[]) as t(id)
  cross join lateral (select *, ctid as place from outbox where delivery_id = t.id and claimed_by = $1 offset 0 for update) o
  cross join lateral (select * from webhooks where id = o.webhook_id offset 0) w
), ended as (
  delete from outbox o using judged j where o.ctid = j.place and j.status = 'cancelled'
), kept as (
  update outbox o set claimed_by = null,
    next_attempt_at = case when $3::float8 = 0 then o.next_attempt_at else now() + $3 * interval '1 millisecond' end,
    due_at = case when j.status = 'held' then null when $3::float8 = 0 then least(o.due_at, now())
      else now() + $3 * interval '1 millisecond' end
  from judged j where o.ctid = j.place and j.status <> 'cancelled'
)
update deliveries d set status = j.status, updated_at = now(),
  next_attempt_at = case when j.status in ('pending', 'retrying') then now() + $3 * interval '1 millisecond' end,
  failed_at = case when j.status = 'cancelled' then now() end,
  error_message = case when j.status = 'cancelled' then 'the webhook was turned off or deleted'
    when j.attempts = 0 then coalesce($4, d.error_message) else d.error_message end
from judged j where d.id = j.delivery_id
returning d.id as delivery_id, d.status, d.next_attempt_at`,
};
