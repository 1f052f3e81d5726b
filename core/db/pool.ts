import pg from 'pg';
import { connectOptions } from './connect-options.ts';

/** Planner settings for statements that must use indexes, whatever the statistics are. */
export const ONLY_INDEXES = {
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
};

/** Plans of the hot statements may be made while tables are empty, and must be right for millions of rows. */
const HOT_SETTINGS = {
  ...ONLY_INDEXES,
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  timezone: 'UTC',
  // Below the client's limit, so that the server ends statements that the client gave up.
  statement_timeout: 4_500,
  lock_timeout: 4_000,
};

/**
 * Prevents a broken connection from ending the process. `pg` emits an `error` event: on the pool while the connection is idle,
 * on the client while it is in use. The running or next statement fails as well.
 */
export function surviveBreaks(pool: pg.Pool): void {
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
}

/**
 * Connections for the hot path's prepared statements. Waits at most 2 s for a connection and 5 s for an answer, so that a
 * database outage is an error, never a hang.
 */
export function createPool(databaseUrl: string, options: { max?: number } = {}): pg.Pool {
  const pool = new pg.Pool(
    connectOptions(databaseUrl, {
      max: options.max ?? 8,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
      // A new connection costs PostgreSQL a process and plans, at the start of a load.
      idleTimeoutMillis: 0,
      keepAlive: true,
      application_name: 'posthorn',
      settings: HOT_SETTINGS,
    }),
  );
  surviveBreaks(pool);
  return pool;
}

/** Limit for a read in the server, milliseconds, also if its client has gone. */
const READ_LIMIT_MS = 10_000;

/**
 * Connections for the reads of the dashboard and of the history. There are few, so that reads cannot take the
 * database from the hot path.
 */
export function createReadPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool(
    connectOptions(databaseUrl, {
      max: 4,
      connectionTimeoutMillis: 5_000,
      query_timeout: READ_LIMIT_MS + 500,
      keepAlive: true,
      application_name: 'posthorn dashboard',
      settings: { jit: 'off', timezone: 'UTC', statement_timeout: READ_LIMIT_MS },
    }),
  );
  surviveBreaks(pool);
  return pool;
}

/** One connection for a question that is asked every second and at each read from a replica. Gives up after 2 s. */
export function createProbePool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool(
    connectOptions(databaseUrl, {
      max: 1,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
      idleTimeoutMillis: 0,
      keepAlive: true,
      application_name: 'posthorn replica',
      settings: { jit: 'off', statement_timeout: 1_900 },
    }),
  );
  surviveBreaks(pool);
  return pool;
}
