import { NOW_MS } from '../../core/db/now.ts';

/** Any fixed number: the first half of the advisory locks by which a worker's connection is seen to live. */
const WORKER_LOCK = 8_087_411;

/** Worker leases: the signs of life, the list that shows who is silent, and what happens to the work of the dead. */
export const LEASE = {
  enlist: `insert into workers (id, host, pid) values ($1, $2, $3) returning ${NOW_MS} as now`,
  /** Held as long as the connection; PostgreSQL lets go of it the moment that the worker's process dies. */
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
