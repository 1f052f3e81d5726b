/** What Laravel's migrations make of the old system's tables, with numbers as ids, as `$table->id()` makes them. */
export const MARIADB_SCHEMA = `
create table urpa_webhooks (
  id bigint unsigned not null auto_increment primary key,
  url varchar(2048) not null,
  secret varchar(255) not null,
  events longtext character set utf8mb4 collate utf8mb4_bin not null check (json_valid(events)),
  description text null,
  active tinyint(1) not null default 1,
  created_at timestamp null,
  updated_at timestamp null
);
create table coord_webhooks (
  id char(36) not null primary key,
  org_id varchar(255) not null,
  url varchar(2048) not null,
  secret text null,
  events json not null,
  description varchar(255) null,
  active tinyint(1) not null default 1,
  created_at timestamp null,
  updated_at timestamp null,
  deleted_at timestamp null,
  key coord_webhooks_org_id_index (org_id)
);
create table urpa_webhook_events (
  id bigint unsigned not null auto_increment primary key,
  webhook_id bigint unsigned not null,
  event varchar(255) not null,
  payload json not null,
  status varchar(20) not null default 'pending',
  attempts int unsigned not null default 0,
  response_code int null,
  response_body text null,
  error_message text null,
  next_retry_at timestamp null,
  delivered_at timestamp null,
  created_at timestamp null,
  updated_at timestamp null,
  key urpa_webhook_events_status_next_retry_at_index (status, next_retry_at)
);`;

/** The same with UUIDs, as `$table->uuid('id')` makes them, and Laravel's types of PostgreSQL. */
export const POSTGRES_SCHEMA = `
create table urpa_webhooks (
  id uuid primary key,
  url varchar(2048) not null,
  secret varchar(255) not null,
  events json not null,
  description text,
  active boolean not null default true,
  created_at timestamp(0) without time zone,
  updated_at timestamp(0) without time zone
);
create table urpa_webhook_events (
  id uuid primary key,
  webhook_id uuid not null,
  event varchar(255) not null,
  payload jsonb not null,
  status varchar(20) not null default 'pending',
  attempts integer not null default 0,
  response_code integer,
  response_body text,
  error_message text,
  next_retry_at timestamp(0) without time zone,
  delivered_at timestamp(0) without time zone,
  created_at timestamp(0) without time zone,
  updated_at timestamp(0) without time zone
);`;

/** Deliveries to the webhook 1, a minute apart, the oldest first; of ten, one failed. */
export const fillHistory = (rows: number) => `
insert into urpa_webhook_events (id, webhook_id, event, payload, status, attempts, response_code, response_body, delivered_at, created_at, updated_at)
select seq, 1, 'contact.created',
  concat('{"event":"contact.created","timestamp":"', date_format(at, '%Y-%m-%dT%TZ'), '","data":{"id":"c', seq, '","email":"', seq, '@example.com"}}'),
  if(seq % 10 = 0, 'failed', 'delivered'), if(seq % 10 = 0, 6, 1), if(seq % 10 = 0, 500, 200), 'OK', if(seq % 10 = 0, null, at), at, at
from (select seq, utc_timestamp() - interval ${rows} - seq minute as at from ${countTo(rows)}) s`;

/** A table of the numbers from 1 to `rows`, at most 10,000, in the SQL that MariaDB and MySQL share. */
function countTo(rows: number): string {
  const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as n`).join(' union all ');
  return `(with d as (${digits}) select 1 + a.n + 10 * b.n + 100 * c.n + 1000 * e.n as seq from d a, d b, d c, d e having seq <= ${rows} order by seq) numbers`;
}
