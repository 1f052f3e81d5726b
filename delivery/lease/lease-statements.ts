import { NOW_MS } from '../../core/db/now.ts';

/** An arbitrary number: the first half of the advisory locks that show whether a worker's connection is alive. */
const WORKER_LOCK = 8_087_411;

/** The statements of worker leases. */
export const LEASE = {
  enlist: `insert into workers (id, host, pid) values ($1, $2, $3) returning ${NOW_MS} as now`,
  /** Held as long as the connection; PostgreSQL releases it when the worker's process dies. */
  hold: `select pg_advisory_lock_shared(${WORKER_LOCK}, hashtext($1))`,
  /** No row means that others declared this worker dead. */
  beat: `update workers set beat = beat + 1, beat_at = now() where id = $1 returning ${NOW_MS} as now`,
  list: `
    select w.id, w.beat, exists (
      select from pg_locks l where l.locktype = 'advisory' and l.classid = ${WORKER_LOCK} and l.objsubid = 2
        and l.objid::bigint = hashtext(w.id::text)::bigint & 4294967295
        and l.database = (select oid from pg_database where datname = current_database())
    ) as connected
    from workers w where w.id <> $1`,
  remove: 'delete from workers where id = any($1::uuid[])',
};
