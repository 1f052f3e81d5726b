import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startApi, URPA, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';

const event = { event: 'contact.created', data: { id: '1' } };

let api: TestApi;
let blocker: pg.PoolClient;
beforeAll(async () => {
  api = await startApi();
  await api.register();
});
afterAll(() => api.close());

const emit = (key?: string) =>
  api.ask('POST', `${URPA}/events`, { body: event, headers: key === undefined ? {} : { 'idempotency-key': key } });
const emitAll = (keys: string[]) =>
  api.ask('POST', `${URPA}/events/batch`, {
    body: { events: keys.map((key) => ({ ...event, idempotency_key: key })) },
  });

beforeEach(async () => void (blocker = await api.database.pool.connect()));
afterEach(() => blocker.release(true));

/** Locks last week. Nothing is written to it, but looking up an event's deliveries waits for it and gives up after 4 s. */
async function blockRecalls(): Promise<void> {
  const { rows } = await blocker.query<{ name: string }>(LAST_WEEK);
  await blocker.query(`begin; lock table ${rows[0]!.name} in access exclusive mode`);
}

const LAST_WEEK = `
  select max(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'deliveries'::regclass`;

async function recallWaits(): Promise<void> {
  await eventually(async () => (await api.database.query(WAITING)).length > 0);
}

const WAITING = `
  select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%idempotency_keys k%'`;

test('if the event of a key cannot be read, only the request with that key fails, alone or in a batch', async () => {
  const first = await emit('first');
  await blockRecalls();
  const [alone, batch] = await Promise.all([emit('first'), emitAll(['first', 'second'])]);
  expect(alone).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(alone.headers.get('retry-after')).toBe('1');
  expect(batch.status).toBe(202);
  expect(batch.body.results).toEqual([
    { error: { code: 'unavailable', detail: expect.stringContaining('with the same key') } },
    expect.objectContaining({ deliveries: [expect.anything()] }),
  ]);
  expect(api.lines.filter((line) => line.includes('idempotent replay'))).not.toEqual([]);
  await blocker.query('rollback');
  const again = await emitAll(['first', 'second']);
  expect(again.body.results).toEqual([first.body, batch.body.results[1]]);
});

test('requests with new keys do not wait for those with repeated keys', async () => {
  await emit('third');
  await blockRecalls();
  let answered = false;
  const repeated = emit('third').finally(() => (answered = true));
  await recallWaits();
  const others = await Promise.all([emit(), emit('fourth'), emitAll(['fifth'])]);
  expect(others.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(answered).toBe(false);
  await blocker.query('rollback');
  expect((await repeated).status).toBe(202);
});
