/**
 * What a claimed delivery brings along for its attempt. `due` is the CTE whose outbox rows are claimed for worker $1. `bytes` is the size of
 * the body, null where its event is no longer kept; it is read without the body. When all bodies together have more than `most` bytes, none
 * is brought: BODIES has those that are wanted.
 *
 * The commit is not waited for: it is durable with the next one that is, or some 0.2 s later. Should PostgreSQL crash before that,
 * the delivery is due again, and the claimer's word on the attempt still counts unless another worker has claimed it by then.
 */
const claimed = (due: string, most: string) => `
due as materialized (${due}
), claimed as materialized (
  update outbox o set claimed_by = $1 from due
  where o.delivery_id = due.delivery_id and (select set_config('synchronous_commit', 'off', true)) = 'off' returning o.*
), taken as (
select c.delivery_id, c.event_id, c.webhook_id, c.attempts, c.max_attempts, c.round_start, c.trigger, c.workflow_id,
  extract(epoch from c.due_at)::float8 as due,
  e.platform, e.org_id, e.event_type, octet_length(e.body) as bytes,
  case when sum(octet_length(e.body)) over () <= ${most}::bigint then e.body end as body,
  w.url, encode(w.secret, 'base64') as secret, w.active and w.deleted_at is null as active, w.paused_at is not null as paused,
  w.options::text as options
from claimed c
left join lateral (select * from events where id = c.event_id offset 0) e on true
cross join lateral (select * from webhooks where id = c.webhook_id offset 0) w
)`;

const claim = (due: string, most: string) => `with ${claimed(due, most)} select * from taken order by delivery_id`;

/**
 * Claims what is due, oldest first, of whatever webhook. No other worker gets a claimed delivery until its outcome is recorded
 * or its claimer is declared dead. While an old snapshot is open, the index keeps an entry of every delivery that was done with since;
 * `$3` passes those by.
 * $1 worker, $2 how many at most, $3 nothing that was due before, in seconds since 1970; -Infinity: everything, $4 bytes of bodies at most
 */
export const CLAIM_DUE = {
  name: 'claim-due',
  text: claim(
    `
  select delivery_id from outbox
  where due_at <= now() and due_at >= to_timestamp($3::float8) and claimed_by is null
  order by due_at, delivery_id limit $2 for update skip locked`,
    '$4',
  ),
};

/** How many webhooks one fair claim looks at, and of how many it takes something. */
const MOST_VISITED = 200;
const MOST_SERVED = 32;

const visit = (after: string) => `
  select webhook_id, due_at, coalesce(($3::jsonb ->> webhook_id::text)::int, $4::int) as capacity
  from outbox where webhook_id > ${after} and due_at >= to_timestamp($6::float8) order by webhook_id, due_at limit 1`;

/**
 * Claims what is due webhook by webhook: to each its share first, oldest first, and at most what there is capacity for. What it costs and
 * brings does not depend on how much is due to whom: the index leads from webhook to webhook. `seen` is the last webhook that
 * was looked at, null when there was none; `more` says that others may follow it; `most` is what one webhook got at most.
 * `oldest` is since when the oldest that it saw is due, in seconds since 1970, or now where all of it is due later.
 * $1 worker, $2 how many at most, $3 capacity by webhook, as JSON, $4 capacity of those that are not in it, $5 webhook to begin after, $6 nothing
 * that was due before, as in CLAIM_DUE, $7 bytes of bodies at most
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
  select one.delivery_id from visited v
  cross join lateral (
    select delivery_id, row_number() over () as place from (
      select delivery_id from outbox
      where webhook_id between v.webhook_id and v.webhook_id and due_at <= now() and due_at >= to_timestamp($6::float8)
        and claimed_by is null
      order by webhook_id, due_at, delivery_id limit least(v.capacity, (select most from scan)) for update skip locked
    ) oldest
  ) one
  where v.due_at <= now() and v.capacity > 0
  order by (one.place - 1) / (select each from share), v.visits limit $2`,
    '$7',
  )}
select * from scan left join taken on true order by delivery_id`,
};

/**
 * Claims the deliveries of a workflow whose time has come, as far as there is capacity.
 * $1 worker, $2 how many at most, $3 capacity by webhook, as JSON, $4 capacity of those that are not in it, $5 deliveries, $6 workflow,
 * $7 seconds that the time may be ahead, for the difference between Temporal's clock and the database's, $8 bytes of bodies at most
 */
export const CLAIM_MEMBERS = {
  name: 'claim-members',
  text: claim(
    `
  select locked.delivery_id from (
    select delivery_id, coalesce(($3::jsonb ->> webhook_id::text)::int, $4::int) as capacity,
      row_number() over (partition by webhook_id order by delivery_id) as place
    from outbox
    where delivery_id = any($5::uuid[]) and workflow_id = $6 and claimed_by is null and due_at is not null
      and next_attempt_at <= now() + $7 * interval '1 second'
  ) member
  cross join lateral (
    select delivery_id from outbox where delivery_id = member.delivery_id and claimed_by is null for update skip locked
  ) locked
  where member.place <= member.capacity limit $2`,
    '$8',
  ),
};

/** The bodies that a claim did not bring. $1 events */
export const BODIES = {
  name: 'bodies',
  text: `
select e.id, e.body from unnest($1::uuid[]) as t(id)
cross join lateral (select id, body from events where id = t.id offset 0) e`,
};

/** How a workflow's deliveries stand. $1 deliveries */
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
 * Gives claimed deliveries back without an attempt: cancelled when their webhook is off, held when it is paused, due again
 * otherwise. $1 worker, $2 deliveries, $3 milliseconds until they are due, 0: at once, in their old place, $4 what those say that have had
 * no attempt yet, or null
 */
export const RELEASE = {
  name: 'release',
  text: `
with judged as materialized (
  select o.delivery_id, o.attempts, case
      when not w.active or w.deleted_at is not null then 'cancelled'
      when w.paused_at is not null then 'held'
      when o.attempts = 0 then 'pending' else 'retrying' end as status
  from unnest($2::uuid[]) as t(id)
  cross join lateral (select * from outbox where delivery_id = t.id and claimed_by = $1 offset 0) o
  cross join lateral (select * from webhooks where id = o.webhook_id offset 0) w
), ended as (
  delete from outbox o using judged j
  where o.delivery_id = j.delivery_id and o.claimed_by = $1 and j.status = 'cancelled'
), kept as (
  update outbox o set claimed_by = null,
    next_attempt_at = case when $3::float8 = 0 then o.next_attempt_at else now() + $3 * interval '1 millisecond' end,
    due_at = case when j.status = 'held' then null when $3::float8 = 0 then least(o.due_at, now())
      else now() + $3 * interval '1 millisecond' end
  from judged j where o.delivery_id = j.delivery_id and o.claimed_by = $1 and j.status <> 'cancelled'
)
update deliveries d set status = j.status, updated_at = now(),
  next_attempt_at = case when j.status in ('pending', 'retrying') then now() + $3 * interval '1 millisecond' end,
  failed_at = case when j.status = 'cancelled' then now() end,
  error_message = case when j.status = 'cancelled' then 'the webhook was turned off or deleted'
    when j.attempts = 0 then coalesce($4, d.error_message) else d.error_message end
from judged j where d.id = j.delivery_id
returning d.id as delivery_id, d.status, d.next_attempt_at`,
};
