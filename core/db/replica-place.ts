import type pg from 'pg';

/** A database, and how far its server has come in the write-ahead log. */
export interface Place {
  /** The same for a server and its streaming replicas. */
  system: string;
  database: string;
  standby: boolean;
  /** Bytes of the log: what is durable on a primary, what was replayed on a replica; null: nothing yet. */
  position: number | null;
  /** When the last transaction that a replica has replayed was committed, by the primary's clock in seconds; null: none yet. */
  replayed: number | null;
  /** The server's clock, in seconds. */
  now: number;
}

const PLACE = `
select system_identifier::text as system, (select oid::text from pg_database where datname = current_database()) as database,
  pg_is_in_recovery() as standby, extract(epoch from pg_last_xact_replay_timestamp())::float8 as replayed,
  pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end, '0/0')::float8
    as position,
  extract(epoch from clock_timestamp())::float8 as now
from pg_control_system()`;

export async function readPlace(server: Pick<pg.Pool, 'query'>): Promise<Place> {
  return (await server.query<Place>(PLACE)).rows[0]!;
}

/** Why the second server can never answer for the first; null: it can. */
export function refuseForeign(primary: Place, replica: Place): string | null {
  if (replica.system !== primary.system) return 'it belongs to another PostgreSQL system than DATABASE_URL';
  if (replica.database !== primary.database) return 'it is another database than that of DATABASE_URL';
  return null;
}
