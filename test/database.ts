import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../core/db/migrate.ts';
import { createOrm } from '../core/db/orm.ts';
import { ensurePartitions, type Query } from '../core/db/partitions.ts';
import { createPool } from '../core/db/pool.ts';

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  /** Returns the rows of a statement. */
  query: Query;
  drop(): Promise<void>;
}

export interface NamedDatabase {
  name: string;
  url: string;
}

/** Creates a database for one test file. Migrates it to the last migration before `before`, or completely. Default server: the shared one. */
export async function createDatabase(before?: string, serverUrl = inject('databaseUrl')): Promise<TestDatabase> {
  const copied = before === undefined && serverUrl === inject('databaseUrl');
  const { name, url } = await copyDatabase(serverUrl, copied ? inject('templateDatabase') : undefined);
  if (before !== undefined) await migrateUpTo(url, before);
  else if (!copied) await migrate(url);
  const pool = createPool(url);
  return {
    url,
    pool,
    query: async (sql, params) => (await pool.query(sql, params)).rows,
    drop: async () => {
      await pool.end();
      await dropDatabase(serverUrl, name);
    },
  };
}

/** Creates a copy of `template`. */
export async function copyDatabase(serverUrl: string, template = 'template1'): Promise<NamedDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await run(serverUrl, `create database ${name} template ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { name, url: url.toString() };
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await run(serverUrl, `drop database if exists ${name} with (force)`);
}

async function migrateUpTo(url: string, before: string): Promise<void> {
  const orm = await createOrm(url);
  const names = orm.config.get('migrations').migrationsList!.map((one) => (one as { name: string }).name);
  await orm.migrator.up({ to: names[names.indexOf(before) - 1]! });
  const client = orm.em.getDriver().getConnection();
  await ensurePartitions((sql) => client.execute(sql), new Date());
  await orm.close();
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
