import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../core/db/migrate.ts';
import type { Query } from '../core/db/partitions.ts';
import { createPool } from '../core/db/pool.ts';

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  /** The rows that a statement returns. */
  query: Query;
  drop(): Promise<void>;
}

/** A migrated database of a test file's own. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(inject('databaseUrl'));
  await run(url.toString(), `create database ${name}`);
  url.pathname = `/${name}`;
  await migrate(url.toString());
  const pool = createPool(url.toString());
  return {
    url: url.toString(),
    pool,
    query: async (sql, params) => (await pool.query(sql, params)).rows,
    drop: async () => {
      await pool.end();
      await run(inject('databaseUrl'), `drop database ${name} with (force)`);
    },
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
