/** One row with what the doctor needs to know about the server. */
export const SERVER = `
select current_setting('server_version_num')::int as version, 'PostgreSQL ' || current_setting('server_version') as version_text,
  current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit, current_setting('max_connections')::int as max_connections,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
  pg_is_in_recovery() as standby, (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
  (select extract(epoch from max(now() - xact_start))::int from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()) as oldest_s,
  to_regclass('posthorn_migrations') is not null as has_schema`;

export const MIGRATIONS = 'select name from posthorn_migrations';

/** The newest webhooks that are on. */
export const RECEIVERS = `select url from webhooks where active and deleted_at is null order by id desc limit 500`;
