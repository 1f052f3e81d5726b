import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readClock } from './clock.ts';
import { percentile } from './statistics.ts';

/** What PostgreSQL has done so far. */
export interface Written {
  /** Bytes of the write-ahead log. */
  wal: number;
  commits: number;
  /** Flushes of the log to the disk. */
  flushes: number;
}

const WRITTEN = `
select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as wal,
  (select sum(xact_commit)::float8 from pg_stat_database) as commits,
  (select sum(fsyncs)::float8 from pg_stat_io where object = 'wal') as flushes`;

/** Sessions report their counts at most once a second. */
const REPORT_MS = 1_200;
const COMMITS = 300;
/** A small transaction that has to be durable. */
const CHANGE = `select pg_logical_emit_message(true, 'bench', repeat('x', 200)), txid_current()`;

export async function readWritten(database: pg.Pool): Promise<Written> {
  await sleep(REPORT_MS);
  return (await database.query<Written>(WRITTEN)).rows[0]!;
}

/** Milliseconds of one durable commit while nothing else happens (p50). */
export async function measureCommit(database: pg.Pool): Promise<number> {
  const times: number[] = [];
  const client = await database.connect();
  try {
    for (let count = 0; count < COMMITS; count++) {
      const begun = readClock();
      await client.query(CHANGE);
      times.push(readClock() - begun);
    }
  } finally {
    client.release();
  }
  return percentile(times, 50);
}

/**
 * Durable commits a second by several sessions. Commits share flushes, but those that notify wait for each other: PostgreSQL holds a lock from before
 * such a commit until after its flush.
 */
export async function measureCommits(
  { options }: pg.Pool,
  { sessions, seconds, notify }: { sessions: number; seconds: number; notify: boolean },
): Promise<number> {
  const pool = new pg.Pool({ connectionString: options.connectionString, max: sessions });
  const until = readClock() + seconds * 1_000;
  let commits = 0;
  const work = async () => {
    for (; readClock() < until; commits++) {
      await pool.query(notify ? `${CHANGE}, pg_notify('bench', '')` : CHANGE);
    }
  };
  await Promise.all(Array.from({ length: sessions }, work));
  await pool.end();
  return commits / seconds;
}
