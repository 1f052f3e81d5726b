import type pg from 'pg';

const CHUNK = 100_000;
/** Partitions reach back at least a week. */
const DAYS = 6;

/** SQL for a UUIDv7 with a time in milliseconds since 1970. */
const idAt = (ms: string) => `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send(${ms}) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid`;

/** The rows of a webhook's history or backlog. $1: webhook, $2: count, $3: time of the first in ms, $4: ms between two */
const made = (status: string) => `
with made as materialized (
  select ${idAt('at')} as id, ${idAt('at')} as event_id, ${idAt('at + 5')} as attempt_id, $1::uuid as webhook_id,
    to_timestamp(at / 1000.0) as at, w.platform, w.org_id, w.events[1] as event_type, 6 as max_attempts, '${status}' as status
  from webhooks w, (select $3::bigint + (n * $4::float8)::bigint as at from generate_series(0, $2::int - 1) n) moments
  where w.id = $1
), stored as (
  insert into events (id, platform, org_id, event_type, body, created_at)
  select event_id, platform, org_id, event_type, '{"event":"' || event_type || '","data":{"notes":"' || repeat(id::text, 11)
    || '"}}', at from made
)`;

const ATTEMPTS = `, attempted as (
  insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms, status_code, response_headers, response_body,
    error_message)
  select id, attempt_id, 1, 'automatic', at, 5, case status when 'delivered' then 200 else 500 end,
    '{"content-length":"0"}', '', case status when 'delivered' then null else 'the receiver answered 500' end
  from made
)`;

const HISTORY = `${made('delivered')}${ATTEMPTS}
insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, status_code,
  last_attempt_id, delivered_at, created_at, updated_at)
select id, event_id, webhook_id, platform, org_id, event_type, status, 1, max_attempts, 200, attempt_id, at, at, at from made`;

const HELD = `${made('held')}, queued as (
  insert into outbox (delivery_id, event_id, webhook_id, max_attempts)
  select id, event_id, webhook_id, max_attempts from made
)
insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, created_at, updated_at)
select id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, at, at from made`;

const BACKOFF = `${made('retrying')}${ATTEMPTS}, queued as (
  insert into outbox (delivery_id, event_id, webhook_id, attempts, max_attempts, next_attempt_at, due_at, workflow_id)
  select id, event_id, webhook_id, 1, max_attempts, now() + interval '1 day', now() + interval '1 day 5 s', id::text from made
)
insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, status_code,
  error_message, last_attempt_id, workflow_id, next_attempt_at, created_at, updated_at)
select id, event_id, webhook_id, platform, org_id, event_type, status, 1, max_attempts, 500, 'the receiver answered 500',
  attempt_id, id::text, now() + interval '1 day', at, at from made`;

const STATEMENTS = { history: HISTORY, held: HELD, backoff: BACKOFF };

/** Writes deliveries of a webhook directly into the database, spread over the last days. */
export async function fill(
  database: pg.Pool,
  what: keyof typeof STATEMENTS,
  webhookId: string,
  count: number,
): Promise<void> {
  const span = DAYS * 24 * 60 * 60 * 1000;
  const start = Date.now() - span;
  const step = span / count;
  for (let done = 0; done < count; done += CHUNK) {
    const rows = Math.min(CHUNK, count - done);
    await database.query(STATEMENTS[what], [webhookId, rows, Math.round(start + done * step), step]);
  }
}
