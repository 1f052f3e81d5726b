import pg from 'pg';
import { createOrm } from './orm.ts';
import { ensurePartitions } from './partitions.ts';

/** Any constant: processes that migrate the same database at once take turns. */
const LOCK = 7_063_741;

/** Brings the schema up to date and makes the partitions of the coming weeks. Returns the migrations that were run. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const orm = await createOrm(databaseUrl, { statementTimeoutMs: 0 });
    try {
      const done = await orm.migrator.up();
      await ensurePartitions(async (sql, params) => (await client.query(sql, params)).rows, new Date());
      return done.map((migration) => migration.name);
    } finally {
      await orm.close();
    }
  } finally {
    await client.end();
  }
}
