import pg from 'pg';
import { connectOptions } from './connect-options.ts';

/** Planner settings for statements that are chains of index look-ups, whatever the statistics say: the alternatives are switched off. */
export const ONLY_INDEXES = {
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
};

/** The hot statements' plans are prepared while tables may be empty, and must stay right when those hold millions of rows. */
const HOT_SETTINGS = {
  ...ONLY_INDEXES,
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  timezone: 'UTC',
  // Below the client's own limit: what the client gave up must not stay in the server's queue.
  statement_timeout: 4_500,
  lock_timeout: 4_000,
};

/**
 * Keeps a connection that breaks from ending the process. `pg` tells of it by an `error` event: of the pool while the connection is idle,
 * of the client while it is in use, where the pool no longer listens. The statement under way, or the next one, fails all the same.
 */
export function surviveBreaks(pool: pg.Pool): void {
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
}

/**
 * Connections for the hot path's prepared statements. Waits at most 2 s for a connection and 5 s for an answer, so that a
 * database that went away is an error, never a hang.
 */
export function createPool(databaseUrl: string, options: { max?: number } = {}): pg.Pool {
  const pool = new pg.Pool(
    connectOptions(databaseUrl, {
      max: options.max ?? 8,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
      // A new one costs PostgreSQL a process and its plans, just when load sets in.
      idleTimeoutMillis: 0,
      keepAlive: true,
      application_name: 'posthorn',
      settings: HOT_SETTINGS,
    }),
  );
  surviveBreaks(pool);
  return pool;
}

/** The longest that a read may take in the server, also when its client has gone. */
const READ_LIMIT_MS = 10_000;

/**
 * Connections for the reads of the dashboard and of the history. They are few, so that however many clients read, the hot path
 * keeps its own.
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
