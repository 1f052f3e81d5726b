import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIntake, type Emission } from '../../core/db/intake.ts';
import { CLAIM_DUE, LEASE, RECORD } from '../../core/db/queries/dispatch.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

let database: TestDatabase;
let webhookId: string;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('truncate outbox, workers, webhooks, deliveries, events, attempts, idempotency_keys');
  webhookId = uuidv7();
  await database.pool.query(
    `insert into webhooks (id, platform, url, secret, events) values ($1, 'urpa', 'https://receiver.example', '', '{a.b}')`,
    [webhookId],
  );
});

const emission = (idempotency: Emission['idempotency'] = null): Emission => ({
  platform: 'urpa',
  orgId: '',
  eventType: 'a.b',
  body: '{"event":"a.b"}',
  idempotency,
});

async function emit(count: number): Promise<void> {
  await createIntake(database.pool).emit(Array.from({ length: count }, () => emission()));
}

async function enlist(): Promise<string> {
  const id = uuidv7();
  await database.pool.query(LEASE.enlist, [id, 'host', 1]);
  return id;
}

async function claim(worker: string, limit: number, without: string[] = []) {
  return (await database.pool.query<{ delivery_id: string }>({ ...CLAIM_DUE, values: [worker, limit, without] })).rows;
}

async function record(worker: string, deliveryId: string, verdict: string, delayMs = 0) {
  const one = [
    deliveryId,
    uuidv7(),
    1,
    'automatic',
    new Date().toISOString(),
    5,
    500,
    null,
    'no',
    'status 500',
    verdict,
  ];
  const values = [worker, ...[...one, delayMs, 5_000, 'workflow'].map((value) => [value])];
  return (await database.pool.query<{ status: string }>({ ...RECORD, values })).rows;
}

async function count(sql: string): Promise<number> {
  return (await database.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`)).rows[0]!.n;
}

test('four workers that claim at once never get the same delivery', async () => {
  await emit(2_000);
  const workers = await Promise.all([1, 2, 3, 4].map(enlist));
  const claimed = await Promise.all(
    workers.map(async (worker) => {
      const all: string[] = [];
      for (let rows = await claim(worker, 100); rows.length > 0; rows = await claim(worker, 100)) {
        all.push(...rows.map((row) => row.delivery_id));
      }
      return all;
    }),
  );
  expect(claimed.flat()).toHaveLength(2_000);
  expect(new Set(claimed.flat()).size).toBe(2_000);
});

test('what a buried worker had claimed is due again, and its late word changes nothing', async () => {
  await emit(1);
  const [first, second] = [await enlist(), await enlist()];
  const [mine] = await claim(first, 10);
  expect(await claim(second, 10)).toEqual([]);
  await database.pool.query(LEASE.bury, [[first]]);
  await database.pool.query(LEASE.reclaim);
  expect(await claim(second, 10)).toMatchObject([{ delivery_id: mine!.delivery_id }]);
  expect(await record(first, mine!.delivery_id, 'delivered')).toEqual([]);
  expect(await count(`deliveries where status = 'delivered'`)).toBe(0);
  expect(await count('attempts')).toBe(1);
  expect(await record(second, mine!.delivery_id, 'delivered')).toMatchObject([{ status: 'delivered' }]);
  expect(await count('outbox')).toBe(0);
});

test('a failed attempt is not due before its time and the grace for its workflow', async () => {
  await emit(1);
  const worker = await enlist();
  const [mine] = await claim(worker, 10);
  expect(await record(worker, mine!.delivery_id, 'retry', 60_000)).toMatchObject([{ status: 'retrying' }]);
  expect(await claim(worker, 10)).toEqual([]);
  expect(await count(`outbox where due_at - next_attempt_at = interval '5 seconds'`)).toBe(1);
});

test('the same record twice, as after a lost connection, notes the attempt once', async () => {
  await emit(1);
  const worker = await enlist();
  const [mine] = await claim(worker, 10);
  const id = uuidv7();
  const one = [
    mine!.delivery_id,
    id,
    1,
    'automatic',
    new Date().toISOString(),
    5,
    200,
    null,
    '',
    null,
    'delivered',
    0,
    0,
    'w',
  ];
  const values = [worker, ...one.map((value) => [value])];
  expect((await database.pool.query({ ...RECORD, values })).rows).toHaveLength(1);
  expect((await database.pool.query({ ...RECORD, values })).rows).toHaveLength(0);
  expect(await count('attempts')).toBe(1);
});

test('webhooks that are left out of a claim keep theirs', async () => {
  await emit(3);
  const worker = await enlist();
  expect(await claim(worker, 10, [webhookId])).toEqual([]);
  expect(await claim(worker, 10)).toHaveLength(3);
});

test('a hundred concurrent emits with one idempotency key make one event', async () => {
  const intakes = [createIntake(database.pool), createIntake(database.pool)];
  const keyed = emission({ key: 'order-1', hash: Buffer.from('same') });
  const results = (await Promise.all(Array.from({ length: 100 }, (_, i) => intakes[i % 2]!.emit([keyed])))).flat();
  expect(new Set(results.map((result) => result.kind === 'accepted' && result.eventId)).size).toBe(1);
  expect(results.filter((result) => result.kind === 'accepted' && !result.replayed)).toHaveLength(1);
  expect(await count('events')).toBe(1);
  expect(await count('deliveries')).toBe(1);
  const other = emission({ key: 'order-1', hash: Buffer.from('other') });
  expect(await intakes[0]!.emit([other])).toEqual([{ kind: 'conflict' }]);
});
