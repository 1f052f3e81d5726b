import { Migration } from '@mikro-orm/migrations';

/**
 * What the dashboard needs: sessions, indexes for its reads, and how many deliveries ended how and when.
 *
 * The indexes cost a successful delivery nothing but one entry for each event: `failed_at` stays null, and a BRIN index has a
 * few bytes for every 128 pages.
 */
export class M0004Dashboard extends Migration {
  override up(): void {
    this.addSql(SESSIONS);
    this.addSql(INDEXES);
    this.addSql(OUTCOMES);
  }
}

const SESSIONS = `
create table sessions (
  hash bytea primary key,
  key_id uuid not null references api_keys (id),
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index sessions_by_expiry on sessions (expires_at);
comment on column sessions.hash is 'SHA-256 of the token in the cookie';`;

const INDEXES = `
create index events_by_owner on events (platform, org_id, id);
create index attempts_by_time on attempts using brin (started_at) with (autosummarize = on);
create index deliveries_ended on deliveries (failed_at) where failed_at is not null;
create index audit_log_by_owner on audit_log (platform, org_id, id);`;

const OUTCOMES = `
create table outcomes (
  span smallint not null,
  at timestamptz not null,
  webhook_id uuid not null,
  accepted integer not null default 0,
  delivered integer not null default 0,
  failed integer not null default 0,
  cancelled integer not null default 0,
  failed_attempts integer not null default 0,
  primary key (span, at, webhook_id)
);
create index outcomes_by_webhook on outcomes (webhook_id, span, at);
comment on table outcomes is 'what happened to each webhook''s deliveries in the span seconds from at: 30 for a day, 3600 for longer';
create table delivery_times (
  span smallint not null,
  at timestamptz not null,
  webhook_id uuid not null,
  bucket smallint not null,
  deliveries integer not null,
  primary key (span, at, webhook_id, bucket)
);
create index delivery_times_by_webhook on delivery_times (webhook_id, span, at);
comment on column delivery_times.bucket is 'from accepted to delivered: 1.1 to the power of it, in milliseconds';
create table last_failures (
  webhook_id uuid primary key,
  at timestamptz not null,
  message text not null
);
create table rollup (
  only_one boolean primary key default true check (only_one),
  done_until timestamptz
);
comment on column rollup.done_until is 'outcomes has everything before it; null: nothing yet';
insert into rollup default values;`;
