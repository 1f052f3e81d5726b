import { searchKey } from '../../core/db/search-key.ts';

/** The columns of a batch, an array each; $1 is the platform. */
export const COLUMNS = {
  id: 'uuid',
  event_id: 'uuid',
  webhook_id: 'uuid',
  org_id: 'text',
  event_type: 'text',
  body: 'text',
  found_by: 'text',
  old_id: 'text',
  status: 'text',
  attempts: 'int',
  max_attempts: 'int',
  status_code: 'int',
  error_message: 'text',
  response_body: 'text',
  attempt_id: 'uuid',
  attempt_at: 'timestamptz',
  attempt_failed: 'boolean',
  next_at: 'timestamptz',
  delivered_at: 'timestamptz',
  failed_at: 'timestamptz',
  event_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const NAMES = Object.keys(COLUMNS);
const ARRAYS = Object.values(COLUMNS).map((type, index) => `$${index + 2}::${type}[]`);

const INCOMING = `
incoming as materialized (
  select * from unnest(${ARRAYS.join(', ')}) as t(${NAMES.join(', ')})
)`;

/** Deliveries of one event may come in several batches: the first stores it and the values by which it is found. */
const EVENTS = `
event as (
  insert into events (id, platform, org_id, event_type, body, created_at)
  select distinct on (event_id) event_id, $1, org_id, event_type, body, event_at from incoming order by event_id
  on conflict do nothing returning id
), found as (
  select distinct on (i.event_id) i.event_id, i.org_id, i.found_by from incoming i join event on event.id = i.event_id order by i.event_id
), searchable as (
  insert into event_values (key, event_id)
  select ${searchKey('$1', 'f.org_id', 'v.value')}, f.event_id
  from found f cross join lateral string_to_table(f.found_by, E'\\n') as v(value)
  union all
  select ${searchKey('$1', 'org_id', 'old_id')}, event_id from incoming where old_id is not null
)`;

const attempts = (from: string) => `
attempt as (
  insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms, status_code, response_body, error_message)
  select id, attempt_id, attempts, 'automatic', attempt_at, 0, status_code, response_body, case when attempt_failed then error_message end
  from ${from} where attempt_id is not null
  on conflict do nothing
)`;

/** Which of a batch are stored already. The range lets it read the partitions of their weeks only. $1 ids, $2 the first, $3 the last of them */
export const KNOWN = {
  name: 'import-known',
  text: `
select d.id, d.status, d.updated_at, o.delivery_id is not null as open
from deliveries d left join outbox o on o.delivery_id = d.id
where d.id = any($1::uuid[]) and d.id between $2::uuid and $3::uuid`,
};

/** Stores deliveries that have ended. */
export const STORE_ENDED = {
  name: 'import-ended',
  text: `
with ${INCOMING}, ${EVENTS}, ${attempts('incoming')}
insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, status_code,
  error_message, last_attempt_id, delivered_at, failed_at, created_at, updated_at)
select id, event_id, webhook_id, $1, org_id, event_type, status, attempts, max_attempts, status_code, error_message, attempt_id,
  delivered_at, failed_at, created_at, updated_at
from incoming order by id`,
};

/**
 * Takes over deliveries that the old system was still to send. Their webhook decides, as when an event is accepted: it may be off or paused.
 * Dispatchers make the next attempt, and hand the delivery over to Temporal as any other.
 */
export const TAKE_OVER = {
  name: 'import-open',
  text: `
with ${INCOMING}, ${EVENTS}, ${attempts('incoming')}, judged as materialized (
  select i.*, coalesce(i.next_at, now()) as due, case
      when not w.active or w.deleted_at is not null then 'cancelled'
      when w.paused_at is not null or coalesce(w.propagating = 'begun', false) then 'held'
      when i.attempts = 0 then 'pending' else 'retrying' end as state
  from incoming i cross join lateral (select * from webhooks where id = i.webhook_id offset 0) w
), queued as (
  insert into outbox (delivery_id, event_id, webhook_id, attempts, max_attempts, next_attempt_at, due_at)
  select id, event_id, webhook_id, attempts, max_attempts, due, case when state <> 'held' then due end
  from judged where state <> 'cancelled' order by id
), stored as (
  insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, status_code,
    error_message, last_attempt_id, next_attempt_at, failed_at, created_at, updated_at)
  select id, event_id, webhook_id, $1, org_id, event_type, state, attempts, max_attempts, status_code,
    case when state = 'cancelled' then 'the webhook was turned off or deleted' else error_message end, attempt_id,
    case when state in ('pending', 'retrying') then due end, case when state = 'cancelled' then now() end, created_at, updated_at
  from judged order by id
)
select state, count(*)::int as deliveries, pg_notify('posthorn_due', count(*)::text)::text as notified from judged group by state`,
};

/** Deliveries that changed in the old system after they were stored, such as by a manual retry there. Those that are open here stay as they are. */
export const STORE_CHANGED = {
  name: 'import-changed',
  text: `
with ${INCOMING}, ${attempts('incoming')}
update deliveries d set status = i.status, attempts = i.attempts, max_attempts = i.max_attempts, status_code = i.status_code,
  error_message = i.error_message, last_attempt_id = i.attempt_id, next_attempt_at = null, delivered_at = i.delivered_at,
  failed_at = i.failed_at, updated_at = i.updated_at
from incoming i where d.id = i.id and not exists (select from outbox where delivery_id = d.id) and $1::text is not null`,
};
