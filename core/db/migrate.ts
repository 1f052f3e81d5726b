import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { databaseTime } from './clock-doubt.ts';
import { connectOptions } from './connect-options.ts';
import { createOrm } from './orm.ts';
import { ensurePartitions, type Query } from './partitions.ts';
import { requireSessions } from './require-sessions.ts';

export interface MigrateOptions {
  /** Called with a line for the operator when a migration waits for a lock. */
  say?: (line: string) => void;
  /** The last migration to run; default: all. */
  upTo?: string;
}

/** An arbitrary constant: a lock that serializes migrations. */
const LOCK = 7_063_741;
const LOCK_NOT_AVAILABLE = '55P03';
/** Maximum wait for a lock on a table. Emits and claims wait behind it. */
const LOCK_TIMEOUT_MS = 300;
/** While a table is vacuumed: PostgreSQL cancels an autovacuum for somebody who has waited for `deadlock_timeout`, 1 s by default. */
const VACUUMED_TIMEOUT_MS = 1_300;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const GIVE_UP_MS = 10 * 60_000;

/**
 * Migrates the schema and creates the partitions of the coming weeks. A migration that does not get its locks at once, because of a
 * backup for example, is tried again for ten minutes. Returns the migrations that were run.
 * @throws Error that names the session which kept a lock for longer
 */
export async function migrate(databaseUrl: string, { say = () => {}, upTo }: MigrateOptions = {}): Promise<string[]> {
  await requireSessions(databaseUrl);
  const client = new pg.Client(connectOptions(databaseUrl, { connectionTimeoutMillis: 5_000 }));
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const query: Query = async (sql, params) => (await client.query(sql, params)).rows;
    const migrated: string[] = [];
    await inFreeMoment(query, say, async (lockTimeoutMs) => {
      const orm = await createOrm(databaseUrl, { statementTimeoutMs: 0, lockTimeoutMs });
      orm.migrator.on('migrated', ({ name }) => void migrated.push(name));
      try {
        await orm.migrator.up(upTo === undefined ? {} : { to: upTo });
      } finally {
        await orm.close();
      }
    });
    await inFreeMoment(query, say, async () => ensurePartitions(query, await databaseTime(query)));
    return migrated;
  } finally {
    await client.end();
  }
}

/** A change of a table waits behind long reads, and everyone else waits behind it. Therefore it gives up soon and tries again. */
async function inFreeMoment(
  query: Query,
  say: (line: string) => void,
  work: (lockTimeoutMs: number) => Promise<unknown>,
): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  let lockTimeoutMs = LOCK_TIMEOUT_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      await work(lockTimeoutMs);
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
      const holder = await describeHolder(query);
      if (Date.now() > deadline) {
        throw new Error(`gave up after ten minutes: ${holder}. Run this again later`, { cause: error });
      }
      say(`waiting for a lock: ${holder}; trying again in ${pause / 1_000} s`);
    }
    await sleep(pause);
    lockTimeoutMs = (await query(VACUUMED)).length > 0 ? VACUUMED_TIMEOUT_MS : LOCK_TIMEOUT_MS;
  }
}

/** Vacuums have locks of this kind. Who they belong to is hidden from most roles. */
const VACUUMED = `
  select from pg_locks l join pg_class c on c.oid = l.relation
  where l.granted and l.mode = 'ShareUpdateExclusiveLock' and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and c.relnamespace = current_schema()::regnamespace limit 1`;

/** The session that has kept locks for longest. */
const HOLDER = `
  select a.pid, coalesce(nullif(a.application_name, ''), 'a session') as program,
    extract(epoch from now() - a.xact_start)::int as seconds, count(distinct c.oid)::int as tables, min(c.relname) as first
  from pg_locks l join pg_class c on c.oid = l.relation join pg_stat_activity a using (pid)
  where l.granted and a.datname = current_database() and a.pid <> pg_backend_pid()
    and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  group by 1, 2, 3, a.xact_start order by a.xact_start limit 1`;

async function describeHolder(query: Query): Promise<string> {
  const [row] = await query(HOLDER);
  if (!row) return 'the session that had it has ended';
  const { pid, program, seconds, tables, first } = row as Record<string, string | number>;
  const used = Number(tables) === 1 ? `the table ${first}` : `${tables} tables, such as ${first},`;
  return `${program} (pid ${pid}) has used ${used} for ${seconds} s`;
}
