import pg from 'pg';
import { databaseTime } from './clock-doubt.ts';
import { connectOptions } from './connect-options.ts';
import { createOrm } from './orm.ts';
import { ensurePartitions, type Query } from './partitions.ts';
import { requireSessions } from './require-sessions.ts';

/** An arbitrary constant: a lock that serializes migrations. */
const LOCK = 7_063_741;
const LOCK_NOT_AVAILABLE = '55P03';
const TRIES = 10;
const PAUSE_MS = 2_000;

/** Migrates the schema and creates the partitions of the coming weeks. Returns the migrations that were run. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  await requireSessions(databaseUrl);
  const client = new pg.Client(connectOptions(databaseUrl, { connectionTimeoutMillis: 5_000 }));
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const orm = await createOrm(databaseUrl, { statementTimeoutMs: 0 });
    try {
      const done = await inFreeMoment(() => orm.migrator.up());
      const query: Query = async (sql, params) => (await client.query(sql, params)).rows;
      await inFreeMoment(async () => ensurePartitions(query, await databaseTime(query)));
      return done.map((migration) => migration.name);
    } finally {
      await orm.close();
    }
  } finally {
    await client.end();
  }
}

/** A change of a table waits behind long reads, and everyone else waits behind it. Therefore it gives up soon and tries again. */
async function inFreeMoment<T>(work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE || failures === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
