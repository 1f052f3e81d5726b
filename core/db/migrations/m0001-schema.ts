import { Migration } from '@mikro-orm/migrations';

/**
 * The first schema. Events, deliveries and attempts are partitioned by the time inside their UUIDv7 ids, so that retention
 * drops partitions. `deliveries` is the record; `outbox` holds one narrow row for each delivery that has not ended, so that
 * claiming costs the same however long the history is.
 *
 * No index mentions a column that a successful delivery changes, so its update stays within the page (a HOT update):
 * lists of what is pending, retrying or held start from `outbox`, lists of what failed or was cancelled use `failed_at`.
 */
export class M0001Schema extends Migration {
  override up(): void {
    this.addSql(UUIDV7);
    this.addSql(WEBHOOKS);
    this.addSql(EVENTS);
    this.addSql(DELIVERIES);
    this.addSql(ATTEMPTS);
    this.addSql(OUTBOX);
    this.addSql(SUPPORT);
    this.addSql(VIEWS);
  }
}

const UUIDV7 = `
create function posthorn_uuidv7() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;`;

const WEBHOOKS = `
create table webhooks (
  id uuid primary key,
  platform text not null,
  org_id text not null default '',
  url text not null,
  secret bytea not null,
  events text[] not null,
  description text,
  active boolean not null default true,
  inactive_reason text,
  paused_at timestamptz,
  max_attempts smallint not null default 6,
  initial_units double precision not null default 2,
  coefficient double precision not null default 2,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index webhooks_by_owner on webhooks (platform, org_id, id) where deleted_at is null;
comment on column webhooks.org_id is 'empty: the whole platform';
comment on column webhooks.secret is 'AES-256-GCM: nonce, tag, ciphertext';`;

const EVENTS = `
create table events (
  id uuid primary key,
  platform text not null,
  org_id text not null,
  event_type text not null,
  body text not null,
  created_at timestamptz not null default now()
) partition by range (id);
comment on column events.body is 'the exact bytes that receivers get';`;

const DELIVERIES = `
create table deliveries (
  id uuid primary key,
  event_id uuid not null,
  webhook_id uuid not null,
  platform text not null,
  org_id text not null,
  event_type text not null,
  status text not null,
  attempts smallint not null default 0,
  max_attempts smallint not null,
  status_code smallint,
  error_message text,
  last_attempt_id uuid,
  workflow_id text,
  next_attempt_at timestamptz,
  delivered_at timestamptz,
  failed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) partition by range (id);
create index deliveries_by_owner on deliveries (platform, org_id, id);
create index deliveries_by_webhook on deliveries (webhook_id, id);
create index deliveries_by_event on deliveries (event_id);
create index deliveries_unsuccessful on deliveries (platform, org_id, id) where failed_at is not null;
comment on column deliveries.failed_at is 'when it became failed or cancelled; null in every other status';`;

const ATTEMPTS = `
create table attempts (
  delivery_id uuid not null,
  id uuid not null,
  number smallint not null,
  trigger text not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  status_code smallint,
  response_headers jsonb,
  response_body text,
  error_message text,
  primary key (delivery_id, id)
) partition by range (delivery_id);`;

const OUTBOX = `
create table outbox (
  delivery_id uuid primary key,
  event_id uuid not null,
  webhook_id uuid not null,
  attempts smallint not null default 0,
  max_attempts smallint not null,
  round_start smallint not null default 0,
  trigger text not null default 'automatic',
  next_attempt_at timestamptz not null default now(),
  due_at timestamptz,
  claimed_by uuid,
  workflow_id text
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000);
create index outbox_due on outbox (due_at, delivery_id) where due_at is not null;
create index outbox_by_webhook on outbox (webhook_id, delivery_id);
comment on column outbox.due_at is 'from when a dispatcher may claim it; null while its webhook is paused';
comment on column outbox.round_start is 'attempts made before the current run of the schedule began';
create table workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  beat bigint not null default 0,
  beat_at timestamptz not null default now(),
  started_at timestamptz not null default now()
);`;

const SUPPORT = `
create table idempotency_keys (
  platform text not null,
  org_id text not null,
  key text not null,
  request_hash bytea not null,
  event_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (platform, org_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
create table api_keys (
  id uuid primary key,
  name text not null,
  platform text,
  org_id text,
  scopes text[] not null,
  hash bytea not null unique,
  hint text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create table audit_log (
  id uuid primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  platform text,
  org_id text,
  subject_id uuid,
  details jsonb not null default '{}'
);
create index audit_log_by_subject on audit_log (subject_id, id);`;

const VIEWS = `
create view urpa_webhook_events as
  select d.id, d.webhook_id, d.event_type as event, e.body::json as payload, d.status, d.attempts, d.status_code as response_code,
    a.response_body, d.error_message, d.next_attempt_at as next_retry_at, d.delivered_at, d.created_at, d.updated_at
  from deliveries d
  join events e on e.id = d.event_id
  left join attempts a on a.delivery_id = d.id and a.id = d.last_attempt_id
  where d.platform = 'urpa';
create view coord_webhooks as
  select id, org_id, url, array_to_json(events) as events, description, active, created_at, updated_at
  from webhooks where platform = '4calls' and deleted_at is null;`;
