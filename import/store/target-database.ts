import pg from 'pg';
import { connectOptions } from '../../core/db/connect-options.ts';
import { ensurePartitions, WEEK_MS, type Query } from '../../core/db/partitions.ts';
import { ImportError } from '../sources/source.ts';

/** An arbitrary constant: a lock that lets one import run at a time. */
const LOCK = 7_063_745;
/** Not to be had in time, a deadlock, a statement that took too long. */
const PASSING = ['55P03', '40P01', '40001', '57014'];
const TRIES = 10;
const PAUSE_MS = 1_000;

/** A connection to Posthorn's database. It waits only shortly for locks, so that nobody waits behind it. */
export async function connectTarget(databaseUrl: string): Promise<pg.Client> {
  const settings = {
    lock_timeout: 4_000,
    statement_timeout: 120_000,
    timezone: 'UTC',
    jit: 'off',
    plan_cache_mode: 'force_generic_plan',
  };
  // Changes of a webhook's state wait for transactions of this name that began before (state-propagation.ts).
  const options = connectOptions(databaseUrl, {
    application_name: 'posthorn import',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  const client = new pg.Client(options);
  client.on('error', () => {});
  await client.connect();
  await client.query('select set_config(name, value, false) from unnest($1::text[], $2::text[]) as t(name, value)', [
    Object.keys(settings),
    Object.values(settings).map(String),
  ]);
  return client;
}

/** For as long as the connection lasts. @throws ImportError if another import holds it */
export async function lockImports(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(${LOCK}) as locked`);
  if (!rows[0]!.locked) throw new ImportError('another import is running: wait for its end');
}

/** Tries again when somebody else was in the way. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!PASSING.includes(String((error as { code?: unknown }).code)) || failures === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Makes the partitions of weeks that lie back, as they are needed. */
export class PastWeeks {
  private readonly query: Query;
  private readonly made = new Set<number>();

  constructor(client: pg.ClientBase) {
    this.query = async (sql, params) => (await client.query<Record<string, unknown>>(sql, params)).rows;
  }

  async ensure(times: readonly Date[]): Promise<void> {
    for (const week of new Set(times.map((time) => Math.floor(time.getTime() / WEEK_MS)))) {
      if (this.made.has(week)) continue;
      // One week, beginning with the week before the given time.
      await patiently(() => ensurePartitions(this.query, new Date((week + 1) * WEEK_MS), { weeksAhead: -1 }));
      this.made.add(week);
    }
  }
}

/**
 * Lets the rollup find attempts by time without reading what was imported. Autovacuum would do it later.
 */
export async function summarize(client: pg.ClientBase): Promise<void> {
  await client.query(SUMMARIZE).catch(ignorePassing);
}

/** Statistics of the tables for the planner. */
export async function analyze(client: pg.ClientBase): Promise<void> {
  for (const table of ['events', 'event_values', 'deliveries', 'attempts', 'outbox']) {
    await client.query(`analyze ${table}`).catch(ignorePassing);
  }
}

function ignorePassing(error: unknown): void {
  if (!PASSING.includes(String((error as { code?: unknown }).code))) throw error;
}

const SUMMARIZE = `
  select brin_summarize_new_values(i.indexrelid)
  from pg_inherits h join pg_index i on i.indrelid = h.inhrelid join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
  where h.inhparent = 'attempts'::regclass and a.amname = 'brin'`;
