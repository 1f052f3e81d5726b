import { afterAll, beforeAll, expect, test } from 'vitest';
import { uuidAt, WEEK_MS } from '../../core/db/partitions.ts';
import { createReadPool } from '../../core/db/pool.ts';
import { DELIVERIES, startApi, URPA, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.register();
});
afterAll(() => api.close());

const RECOVERY = { filter: { status: ['failed', 'retrying'] }, dry_run: true };

/** Blocks reads of last week's deliveries until it is released. Emits write to the current week. */
async function lockLastWeek(): Promise<() => Promise<void>> {
  const client = await api.database.pool.connect();
  const { rows } = await client.query(
    `select relname from pg_class where relname ~ '^deliveries_w[0-9]{8}$' order by relname limit 1`,
  );
  await client.query('begin');
  await client.query(`lock table ${rows[0].relname} in access exclusive mode`);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

async function countWaiting(): Promise<number> {
  const { rows } = await api.database.pool.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0].n;
}

test.each([
  ['histories', () => api.ask('GET', `${DELIVERIES}?event=contact.updated`)],
  ['single deliveries', () => api.ask('GET', `${DELIVERIES}/${uuidAt(new Date(Date.now() - WEEK_MS))}`)],
  ['dry runs of recoveries', () => api.ask('POST', `${URPA}/webhooks/events/retry`, { body: RECOVERY })],
  ['lists of the dashboard', () => api.ask('GET', '/api/dashboard/deliveries?event=contact.updated')],
])('while many %s are stuck, emits and key look-ups work', async (_, read) => {
  const unlock = await lockLastWeek();
  const reads = Array.from({ length: 12 }, read);
  try {
    await eventually(async () => (await countWaiting()) >= 4, 4_000);
    const key = await api.makeKey({ platform: 'urpa', scopes: ['events:write'] });
    for (let count = 0; count < 12; count++) {
      const event = { event: 'contact.created', data: { id: '1' } };
      expect((await api.ask('POST', `${URPA}/events`, { body: event, key })).status).toBe(202);
    }
  } finally {
    await unlock();
  }
  for (const { status } of await Promise.all(reads)) expect([200, 404, 503]).toContain(status);
  expect((await read()).status).not.toBe(503);
});

test('the server cancels a read before the client times out', async () => {
  const reads = createReadPool(api.database.url);
  try {
    const { rows } = await reads.query(`select setting::int as ms from pg_settings where name = 'statement_timeout'`);
    expect(rows[0].ms).toBeGreaterThan(0);
    expect(rows[0].ms).toBeLessThan(reads.options.query_timeout as number);
  } finally {
    await reads.end();
  }
});
