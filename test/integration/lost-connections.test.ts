import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ApiKey } from '../../core/db/entities/api-key.ts';
import { createOrm } from '../../core/db/orm.ts';
import { inTransaction, type Transaction } from '../../core/db/transaction.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { startProxy, type Proxy } from '../proxy.ts';

/** The size of MikroORM's pool. */
const CONNECTIONS = 4;

let database: TestDatabase;
let proxy: Proxy;
let orm: MikroORM;

beforeAll(async () => {
  database = await createDatabase();
  proxy = await startProxy(database.url);
});
beforeEach(async () => {
  orm = await createOrm(proxy.url, { statementTimeoutMs: 300 });
});
afterEach(async () => {
  proxy.thaw();
  await orm.close();
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

/** Opens as many transactions at the same time as there are connections. */
async function useAll(
  meanwhile: (transaction: Transaction) => Promise<unknown>,
): Promise<PromiseSettledResult<void>[]> {
  let open = 0;
  let goOn = () => {};
  const allOpen = new Promise<void>((resolve) => (goOn = resolve));
  const use = () =>
    inTransaction(orm, async (transaction) => {
      await transaction.execute('select 1');
      if (++open === CONNECTIONS) goOn();
      await allOpen;
      await meanwhile(transaction);
    });
  return await Promise.allSettled(Array.from({ length: CONNECTIONS }, use));
}

const rest = () => Promise.resolve();

async function expectAllUsable(): Promise<void> {
  proxy.thaw();
  expect(await useAll(rest)).toEqual(Array(CONNECTIONS).fill({ status: 'fulfilled', value: undefined }));
  await eventually(async () => {
    const { rows } = await database.pool.query<{ open: number; busy: number }>(COUNT);
    expect(rows[0]).toEqual({ open: CONNECTIONS + database.pool.totalCount, busy: 0 });
    return true;
  });
}

const COUNT = `
  select count(*)::int as open, count(*) filter (where state <> 'idle' and pid <> pg_backend_pid())::int as busy
  from pg_stat_activity where datname = current_database() and application_name = 'posthorn'`;

test('a BEGIN without an answer loses no connection', async () => {
  await useAll(rest);
  proxy.freeze();
  const results = await Promise.allSettled(
    Array.from({ length: 2 * CONNECTIONS }, () => inTransaction(orm, async ({ execute }) => await execute('select 1'))),
  );
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await expectAllUsable();
});

test('a statement without an answer, followed by a ROLLBACK without one, loses no connection', async () => {
  const results = await useAll(({ execute }) => {
    proxy.freeze();
    return execute('select 1');
  });
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await expectAllUsable();
});

test('a COMMIT without an answer loses no connection', async () => {
  const results = await useAll(async () => proxy.freeze());
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await expectAllUsable();
});

test('a COMMIT that PostgreSQL refuses loses no connection', async () => {
  await database.pool.query(
    'create table if not exists late (id int unique deferrable initially deferred); truncate late',
  );
  const results = await useAll(({ execute }) => execute('insert into late values (1), (1)'));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await expectAllUsable();
});

test('a connection that PostgreSQL ends during a transaction is replaced', async () => {
  const results = await useAll(({ execute }) => execute('select pg_terminate_backend(pg_backend_pid())'));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await expectAllUsable();
});

test('reads without an answer outside a transaction lose no connection', async () => {
  await useAll(rest);
  proxy.freeze();
  const reads = Array.from({ length: CONNECTIONS }, () => orm.em.fork().find(ApiKey, {}));
  const results = await Promise.allSettled(reads);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await expectAllUsable();
});
