import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createOrm } from '../../core/db/orm.ts';
import { createPool } from '../../core/db/pool.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { openLive } from '../live.ts';
import { hasPgBouncer, startPgBouncer, type PgBouncer } from '../pgbouncer.ts';
import { startReceiver } from '../receiver.ts';
import { startToEnd } from '../start-to-end.ts';
import { System } from '../system.ts';

let database: TestDatabase;
let pooler: PgBouncer;
beforeAll(async () => void (database = await createDatabase()));
afterEach(() => pooler.close());
afterAll(() => database.drop());

describe.skipIf(!hasPgBouncer)('behind PgBouncer', () => {
  test.each([
    ['transaction', { pool_mode: 'transaction' }],
    ['transaction, one connection', { pool_mode: 'transaction', default_pool_size: 1 }],
    ['transaction, in turns', { pool_mode: 'transaction', server_round_robin: 1, min_pool_size: 10 }],
    ['statement', { pool_mode: 'statement' }],
  ])('in mode %s every process refuses to start and says what is required', async (_name, settings) => {
    pooler = await startPgBouncer(database.url, settings);
    const runs = await Promise.all(
      ['bin/migrate.ts', 'api/server.ts', 'worker.ts'].map((script) =>
        startToEnd(script, { DATABASE_URL: pooler.url }),
      ),
    );
    for (const { code, output } of runs) {
      expect(output).toMatch(/^DATABASE_URL leads to a connection pooler .* pool_mode = session.*\n$/);
      expect(code).toBe(1);
    }
  });

  test('in session mode everything works', async () => {
    pooler = await startPgBouncer(inject('databaseUrl'), { pool_mode: 'session', default_pool_size: 60 });
    const stack = { databaseUrl: pooler.url, temporalAddress: inject('temporalAddress') };
    const [system, receiver] = await Promise.all([System.start({ stack, workers: 2 }), startReceiver()]);
    try {
      const { id } = await system.register(receiver.url);
      const live = await openLive(`${system.apiUrl}/api/dashboard/live`, {
        authorization: `Bearer ${system.adminKey}`,
      });
      const [delivery] = await system.emit();
      await live.hears(delivery!);
      await system.reaches(delivery!, 'delivered');
      live.close();
      const webhook = `/api/urpa/integrations/webhooks/${id}`;
      await system.call('POST', `${webhook}/pause`);
      const [held] = await system.emit();
      await system.reaches(held!, 'held');
      await system.call('POST', `${webhook}/resume`);
      await system.reaches(held!, 'delivered');
    } finally {
      await Promise.all([system.stop(), receiver.close()]);
    }
  });

  test("in session mode the session's settings apply", async () => {
    pooler = await startPgBouncer(database.url, { pool_mode: 'session' });
    const settings = `select current_setting('statement_timeout') as timeout, current_setting('enable_seqscan') as seqscan`;
    const [pool, orm] = [createPool(pooler.url), await createOrm(pooler.url)];
    const { rows } = await pool.query(settings);
    expect(rows).toEqual([{ timeout: '4500ms', seqscan: 'off' }]);
    expect(await orm.em.fork().execute(settings)).toEqual([{ timeout: '14250ms', seqscan: 'on' }]);
    await Promise.all([pool.end(), orm.close()]);
  });
});
