import type { MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOrm } from '../../core/db/orm.ts';
import { createPool, createReadPool } from '../../core/db/pool.ts';
import { inPoolTransaction, inTransaction } from '../../core/db/transaction.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { expectDelivered, startLoad } from '../load.ts';
import { startProxy, type Proxy } from '../proxy.ts';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';

let database: TestDatabase;
let proxy: Proxy;
const uncaught: unknown[] = [];
const collect = (error: unknown) => void uncaught.push(error);

beforeAll(async () => {
  database = await createDatabase();
  proxy = await startProxy(database.url);
  process.on('uncaughtException', collect);
});
afterEach(() => expect(uncaught.splice(0)).toEqual([]));
afterAll(async () => {
  process.off('uncaughtException', collect);
  await proxy.close();
  await database.drop();
});

const breaks: [string, (pid: number) => unknown][] = [
  ['PostgreSQL ends it', (pid) => database.pool.query('select pg_terminate_backend($1)', [pid])],
  ['the network resets it', () => proxy.cut()],
];
const PID = 'select pg_backend_pid() as pid';

describe.each([
  ['of the hot path', createPool],
  ['of the reads', createReadPool],
])('a connection %s', (_, create) => {
  let pool: pg.Pool;
  beforeEach(() => void (pool = create(proxy.url)));
  afterEach(() => pool.end());

  test.each(breaks)('only the transaction that uses it fails if %s between two statements', async (_name, breakIt) => {
    const work = inPoolTransaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>(PID);
      // `once` of node:events would also listen for errors.
      const ended = new Promise((resolve) => client.once('end', resolve));
      await breakIt(rows[0]!.pid);
      await ended;
      await client.query('select 1');
    });
    await expect(work).rejects.toThrow();
    expect((await pool.query(PID)).rowCount).toBe(1);
    expect(pool.totalCount).toBe(1);
  });

  test.each(breaks)('only the transaction that uses it fails if %s during a statement', async (_name, breakIt) => {
    const work = inPoolTransaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>(PID);
      const sleeping = client.query('select pg_sleep(4)');
      await Promise.all([breakIt(rows[0]!.pid), sleeping]);
    });
    await expect(work).rejects.toThrow();
    expect((await pool.query(PID)).rowCount).toBe(1);
    expect(pool.totalCount).toBe(1);
  });
});

describe('a connection of MikroORM', () => {
  let orm: MikroORM;
  beforeEach(async () => void (orm = await createOrm(proxy.url)));
  afterEach(() => orm.close());

  test.each(breaks)('only the transaction that uses it fails if %s', async (_name, breakIt) => {
    const work = inTransaction(orm, async ({ execute }) => {
      const [{ pid }] = (await execute(PID)) as [{ pid: number }];
      await breakIt(pid);
      await gone(pid);
      await execute('select 1');
    });
    await expect(work).rejects.toThrow();
    expect(await orm.em.fork().execute(PID)).toHaveLength(1);
  });
});

async function gone(pid: number): Promise<void> {
  const left = 'select from pg_stat_activity where pid = $1';
  while ((await database.query(left, [pid])).length > 0);
}

test('a system whose connections PostgreSQL ends repeatedly keeps running in the same processes', async () => {
  const [system, receiver] = await Promise.all([System.start({ env: { LOG_LEVEL: 'silent' } }), startReceiver()]);
  try {
    const { id } = await system.register(receiver.url);
    const load = startLoad(system, 50);
    const call = (method: string, path: string) => system.call(method, path).catch(() => null);
    for (let round = 0; round < 25; round++) {
      const calls = [
        call('POST', `/api/urpa/integrations/webhooks/${id}/pause`),
        call('GET', '/api/dashboard/overview'),
        call('GET', '/api/dashboard/webhooks'),
        call('POST', `/api/urpa/integrations/webhooks/${id}/resume`),
      ];
      await system.sql(TERMINATE_ALL);
      await Promise.all(calls);
    }
    await eventually(async () => (await call('POST', `/api/urpa/integrations/webhooks/${id}/resume`))?.status === 200);
    await expectDelivered(system, receiver, await load.stop(), 40_000);
    expect([system.api, ...system.workers].map(({ exitCode }) => exitCode)).toEqual([null, null]);
  } finally {
    await Promise.all([system.stop(), receiver.close()]);
  }
});

const TERMINATE_ALL = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name like 'posthorn%'`;
