import { markingUnrecovered, NOTIFY_TOLD, telling, TOLD_COLUMNS } from '../operational/tell-statements.ts';

/**
 * A worker's result counts for its own claims, and for unclaimed deliveries, because its claim may have been lost in a crash of PostgreSQL.
 * It never counts twice, as after a lost response, even if the delivery has been claimed again. $1 worker
 */
const COUNTS = '(o.claimed_by = $1 or o.claimed_by is null) and o.attempts < m.number';

/**
 * The outbox row of the attempt `m`, locked if its result counts. What follows finds it by its place: a join by id would read the whole
 * outbox once its statistics count dead rows of an old snapshot as gone.
 */
const LOCKED = `
    select *, ctid as place from outbox o where o.delivery_id = m.delivery_id and ${COUNTS} offset 0 for update`;

/** The columns of every attempt, an array each, from the parameter `first` on. */
const arraysFrom = (first: number) =>
  ['uuid', 'uuid', 'int', 'text', 'timestamptz', 'int', 'int', 'text', 'text']
    .map((type, index) => `$${first + index}::${type}[]`)
    .join(', ');
const NAMES = 'delivery_id, attempt_id, number, trigger, started_at, duration_ms, status_code, headers, response_body';

const note = (from: string, errorMessage: string) => `
  insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms, status_code, response_headers,
    response_body, error_message)
  select delivery_id, attempt_id, number, trigger, started_at, duration_ms, status_code, headers::jsonb, response_body,
    ${errorMessage}
  from ${from}`;

/** What a statement also does for attempts with an operational event. Without one, it costs nothing. */
interface Telling {
  /** TOLD_COLUMNS as parameters. */
  columns: string;
  names: string;
  webhook: string;
  ctes: string;
  returning: string;
}

const tellingFrom = (first: number, ctes: string): Telling => ({
  columns: TOLD_COLUMNS.split(',')
    .map((_, index) => `, $${first + index}::text[]`)
    .join(''),
  names: `, ${TOLD_COLUMNS}`,
  webhook: ', o.webhook_id',
  ctes: `, ${ctes}, ${telling('told')}`,
  returning: `, ${NOTIFY_TOLD} as told`,
});

const TELLING_NOTHING: Telling = { columns: '', names: '', webhook: '', ctes: '', returning: '' };

const recordDelivered = ({ columns, names, webhook, ctes, returning }: Telling) => `
with counted as materialized (
  select m.*, o.place${webhook} from unnest(${arraysFrom(2)}, $11::text[]${columns}) as m(${NAMES}, workflow_id${names})
  cross join lateral (${LOCKED}) o
), ended as (
  delete from outbox o using counted m where o.ctid = m.place returning m.*
), noted as (${note('ended', 'null')})${ctes}
update deliveries d set status = 'delivered', attempts = j.number, status_code = j.status_code, workflow_id = j.workflow_id,
  error_message = null, last_attempt_id = j.attempt_id, updated_at = now(), next_attempt_at = null, delivered_at = now(),
  failed_at = null
from ended j
where d.id = j.delivery_id
returning d.id as delivery_id, d.status, d.next_attempt_at${returning}`;

/**
 * Records successful attempts. Returns the recorded ones; the other results did not count.
 *
 * $1 worker, then an array each: $2 delivery, $3 attempt id, $4 number, $5 trigger, $6 started at, $7 duration,
 * $8 status code, $9 response headers, $10 response body, $11 workflow
 */
export const RECORD_DELIVERED = { name: 'record-delivered', text: recordDelivered(TELLING_NOTHING) };

/**
 * One event for each webhook that is still unrecovered. A webhook whose row another statement has locked is about to be told of, or
 * stays for its next success.
 */
const RECOVERED = `
recovering as materialized (
  select webhook_id from unrecovered where webhook_id in (select webhook_id from ended where told_body is not null)
  for update skip locked
), recovered as (
  delete from unrecovered u using recovering r where u.webhook_id = r.webhook_id returning u.webhook_id
), told as materialized (
  select distinct on (webhook_id) 'webhook.recovered' as event_type, ${TOLD_COLUMNS}
  from ended join recovered using (webhook_id) where told_body is not null order by webhook_id, attempt_id
)`;

/** As `RECORD_DELIVERED`, and tells of recoveries. $12 to $14 TOLD_COLUMNS of its event, or null */
export const RECORD_RECOVERED = { name: 'record-recovered', text: recordDelivered(tellingFrom(12, RECOVERED)) };

const recordFailed = ({ columns, names, webhook, ctes, returning }: Telling) => `
with judged as materialized (
  select m.*, o.place${webhook}, now() + m.delay_ms * interval '1 millisecond' as next_at, case
      when not w.active or w.deleted_at is not null then 'cancelled'
      when m.give_up then 'failed'
      when w.paused_at is not null then 'held'
      else 'retrying' end as status
  from unnest(${arraysFrom(2)}, $11::text[], $12::text[], $13::boolean[], $14::float8[], $15::float8[],
    $16::boolean[]${columns}) as m(${NAMES}, workflow_id, error_message, give_up, delay_ms, grace_ms, handing_over${names})
  cross join lateral (${LOCKED}) o
  cross join lateral (select * from webhooks where id = o.webhook_id offset 0) w
), ended as (
  delete from outbox o using judged m where o.ctid = m.place and m.status in ('cancelled', 'failed')
  returning m.*
), kept as (
  update outbox o set claimed_by = null, attempts = m.number, trigger = 'automatic', workflow_id = m.workflow_id,
    next_attempt_at = m.next_at,
    due_at = case when m.status = 'retrying' then m.next_at + m.grace_ms * interval '1 millisecond' end
  from judged m where o.ctid = m.place and m.status in ('retrying', 'held')
  returning m.*
), waiting as (
  insert into handovers (delivery_id, workflow_id) select delivery_id, workflow_id from kept where handing_over
  on conflict (delivery_id) do update set workflow_id = excluded.workflow_id, since = now()
), recorded as materialized (
  select * from ended union all select * from kept
), noted as (${note('recorded', 'error_message')})${ctes}
update deliveries d set status = j.status, attempts = j.number, status_code = j.status_code, workflow_id = j.workflow_id,
  error_message = j.error_message, last_attempt_id = j.attempt_id, updated_at = now(),
  next_attempt_at = case when j.status = 'retrying' then j.next_at end,
  failed_at = case when j.status in ('failed', 'cancelled') then now() end
from recorded j
where d.id = j.delivery_id
returning d.id as delivery_id, d.status, d.next_attempt_at${returning}`;

/**
 * Records failed attempts and decides the next state of each delivery by its webhook: cancelled if the
 * webhook is off, held if it is paused. Returns the recorded ones; the other results did not count.
 *
 * As for `RECORD_DELIVERED`, and: $12 error message, $13 whether to give up, $14 delay to the next attempt in milliseconds,
 * $15 grace in milliseconds, $16 whether Temporal has yet to take its workflow
 */
export const RECORD_FAILED = { name: 'record-failed', text: recordFailed(TELLING_NOTHING) };

const GIVEN_UP = `
told as materialized (
  select webhook_id, 'delivery.failed' as event_type, ${TOLD_COLUMNS}
  from ended where status = 'failed' and told_body is not null
), ${markingUnrecovered('told')}`;

/** As `RECORD_FAILED`, and tells of deliveries that have failed for good. $17 to $19 TOLD_COLUMNS of its event, or null */
export const RECORD_GIVEN_UP = { name: 'record-given-up', text: recordFailed(tellingFrom(17, GIVEN_UP)) };

/**
 * Stores attempts whose result did not count, once each, and changes nothing else.
 *
 * $1 to $9 as $2 to $10 above, $10 error message
 */
export const NOTE = {
  name: 'note',
  text: `${note(`unnest(${arraysFrom(1)}, $10::text[]) as m(${NAMES}, error_message)`, 'error_message')}
on conflict do nothing`,
};
