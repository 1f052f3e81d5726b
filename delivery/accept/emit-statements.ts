import { maximumAttempts } from '../../core/options/retry-policy.ts';
import { searchKey } from '../../core/db/search-key.ts';
import { NOW_MS } from '../../core/db/now.ts';

/**
 * The body of `f`, as jsonb for filters. It cannot hold U+0000, so that becomes U+0001. Filters contain neither, so this changes no
 * comparison.
 * No other body of an event is refused: `encodePhpJson` wrote it, and its numbers are within the range of a double or whole.
 */
export const MATCHABLE = String.raw`(case when strpos(f.body, '\u0000') = 0 then f.body
    else replace(replace(f.body, '\\', '\u005c'), '\u0000', '\u0001') end)::jsonb`;

const SUBSCRIBED = 's.platform = f.platform and s.org_id = f.org_id and s.event_type = f.event_type';

/**
 * CTEs that store the events of the CTE `events` (id, platform, org_id, event_type, body, its trace or null, and in found_by the values by which a
 * search finds it, a line each) with their deliveries. `matched` is the deliveries.
 * An event that a webhook's filter does not match makes nothing for it; a body is parsed only if a webhook with a filter or an order is
 * subscribed to its type. Deliveries to a paused webhook are held, and so are those to a resumed one while older deliveries are held. Triggers
 * queue ordered deliveries (core/db/migrations/m0020-ordering.ts). `offset 0` keeps the joins in their order.
 */
export const storing = (events: string): string => `
stored as (
  insert into events (id, platform, org_id, event_type, body, trace)
  select id, platform, org_id, event_type, body, trace from ${events}
), searchable as (
  insert into event_values (key, event_id)
  select ${searchKey('f.platform', 'f.org_id', 'v.value')}, f.id
  from ${events} f cross join lateral string_to_table(f.found_by, E'\\n') as v(value)
), parsed as materialized (
  select f.id, f.platform, f.org_id, f.event_type, case
    when (select true from subscriptions s where ${SUBSCRIBED} and (s.filter is not null or s.order_path is not null) limit 1) then ${MATCHABLE}
  end as body
  from ${events} f
), matched as materialized (
  select posthorn_uuidv7() as id, f.id as event_id, f.platform, f.org_id, f.event_type, w.id as webhook_id,
    ${maximumAttempts('w')} as max_attempts,
    w.paused_at is not null or coalesce(w.propagating = 'begun', false) as held,
    hashtextextended(nullif((f.body #> s.order_path)::text, 'null'), 0) as order_key
  from parsed f
  cross join lateral (
    select s.webhook_id, s.order_path from subscriptions s
    where ${SUBSCRIBED} and (s.filter is null or jsonb_path_match(f.body, s.filter, '{}', true))
    offset 0
  ) s
  cross join lateral (
    select w.id, w.options, w.paused_at, w.propagating from webhooks w where w.id = s.webhook_id offset 0
  ) w
), delivering as (
  insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, next_attempt_at,
    order_key)
  select id, event_id, webhook_id, platform, org_id, event_type, case when held then 'held' else 'pending' end,
    max_attempts, case when held or order_key is not null then null else now() end, order_key
  from matched
), queued as (
  insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at, order_key)
  select id, event_id, webhook_id, max_attempts, case when held then null else now() end, order_key from matched
  order by event_id
)`;

/**
 * Accepts events: stores each with its idempotency key, matches the webhooks and inserts a delivery and an outbox row for
 * each match, in one statement and therefore one commit. Returns a row for each delivery, and a row without a delivery for
 * each event whose key was used before. Notifies workers of the number of deliveries. A statement that begins after its deadline stores nothing and
 * returns one row without an event.
 *
 * $1 ids, $2 platforms, $3 organizations, $4 event types, $5 bodies, $6 idempotency keys (or null), $7 request hashes,
 * $8 deadline by the clock of the database, in milliseconds since 1970, $9 the values by which each is found, a line each,
 * $10 traces, or null if no event has one
 */
export const EMIT = {
  name: 'emit',
  text: `
with clock as materialized (
  select ${NOW_MS} > $8::float8 as late
), incoming as materialized (
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $9::text[], $10::text[])
    as t(id, platform, org_id, event_type, body, key, hash, found_by, trace)
  where not (select late from clock)
), keyed as (
  insert into idempotency_keys (platform, org_id, key, request_hash, event_id)
  select platform, org_id, key, hash, id from incoming where key is not null order by platform, org_id, key, id
  on conflict do nothing returning event_id
), fresh as materialized (
  select * from incoming where key is null or id in (select event_id from keyed)
), ${storing('fresh')}
select event_id, id as delivery_id, webhook_id,
  (select pg_notify('posthorn_due', (select count(*) from matched)::text))::text as notified
from matched
union all
select id, null, null, null from incoming where key is not null and id not in (select event_id from keyed)
union all
select null, null, null, null from clock where late`,
};

/** The event that an idempotency key was first used for. $1 platforms, $2 organizations, $3 keys */
export const RECALL = {
  name: 'recall',
  text: `
select k.platform, k.org_id, k.key, k.request_hash, k.event_id, e.body, d.deliveries
from unnest($1::text[], $2::text[], $3::text[]) as t(platform, org_id, key)
join idempotency_keys k on k.platform = t.platform and k.org_id = t.org_id and k.key = t.key
cross join lateral (select left(body, 512) as body from events where id = k.event_id offset 0) e
cross join lateral (
  select coalesce(json_agg(json_build_object('id', id, 'webhookId', webhook_id) order by id), '[]') as deliveries
  from deliveries where event_id = k.event_id
) d`,
};
