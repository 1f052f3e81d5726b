import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Emission } from '../../delivery/accept/emission.ts';
import { createIntake } from '../../delivery/accept/intake.ts';
import { FIRST_SLICE, RECLAIM_SLICE } from '../../delivery/lease/claimed-rows.ts';
import { CLAIM_DUE, CLAIM_FAIRLY } from '../../delivery/claim/claim-statements.ts';
import { Recorder } from '../../delivery/record/recorder.ts';
import { attemptOf } from '../attempt-record.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { LEASE } from '../../delivery/lease/lease-statements.ts';

let database: TestDatabase;
let recorder: Recorder;
let webhookId: string;

beforeAll(async () => {
  database = await createDatabase();
  recorder = new Recorder(database.pool, pino({ enabled: false }));
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    'truncate outbox, workers, lanes, webhooks, deliveries, events, attempts, idempotency_keys',
  );
  webhookId = await subscribe('a.b');
});

async function subscribe(eventType: string, id = uuidv7()): Promise<string> {
  await database.pool.query(
    `insert into webhooks (id, platform, url, secret, events) values ($1, 'urpa', 'https://receiver.example', '', $2)`,
    [id, [eventType]],
  );
  return id;
}

const emission = (idempotency: Emission['idempotency'] = null, eventType = 'a.b'): Emission => ({
  platform: 'urpa',
  orgId: '',
  eventType,
  body: '{"event":"a.b"}',
  values: [],
  idempotency,
  trace: null,
});

async function emit(count: number, eventType?: string): Promise<void> {
  await createIntake(database.pool).emit(Array.from({ length: count }, () => emission(null, eventType)));
}

test('a notification tells workers how many deliveries were accepted together', async () => {
  await subscribe('a.b');
  const client = await database.pool.connect();
  try {
    const told = new Promise((resolve) => client.once('notification', (notice) => resolve(notice.payload)));
    await client.query('listen posthorn_due');
    await emit(6);
    expect(await told).toBe('12');
  } finally {
    client.release(true);
  }
});

async function enlist(): Promise<string> {
  const id = uuidv7();
  await database.pool.query(LEASE.enlist, [id, 'host', 1]);
  return id;
}

async function claim(worker: string, limit: number) {
  return (
    await database.pool.query<{ delivery_id: string }>({ ...CLAIM_DUE, values: [worker, limit, -Infinity, 2 ** 24] })
  ).rows;
}

interface FairlyClaimed {
  delivery_id: string | null;
  webhook_id: string;
  seen: string;
  more: boolean;
  most: number;
  oldest: number;
}

const FIRST = '00000000-0000-0000-0000-000000000000';

async function claimFairly(worker: string, limit: number, capacity: Record<string, number> = {}, after = FIRST) {
  const values = [worker, limit, JSON.stringify(capacity), 64, after, -Infinity, 2 ** 24];
  const { rows } = await database.pool.query<FairlyClaimed>({ ...CLAIM_FAIRLY, values });
  const taken = rows.filter((row) => row.delivery_id !== null);
  const counts = Object.fromEntries(
    [...Map.groupBy(taken, (row) => row.webhook_id)].map(([id, of]) => [id, of.length]),
  );
  return { taken, counts, seen: rows[0]?.seen, more: rows[0]?.more, most: rows[0]?.most, oldest: rows[0]?.oldest };
}

const record = (...attempt: Parameters<typeof attemptOf>) => recorder.record(attemptOf(...attempt));

async function count(sql: string): Promise<number> {
  return (await database.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`)).rows[0]!.n;
}

test('four workers that claim at the same time never get the same delivery', async () => {
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

test('the claims of a dead worker become due again, and its late result changes nothing', async () => {
  await emit(1);
  const [first, second] = [await enlist(), await enlist()];
  const [mine] = await claim(first, 10);
  expect(await claim(second, 10)).toEqual([]);
  await database.pool.query(LEASE.remove, [[first]]);
  await database.pool.query(RECLAIM_SLICE, Object.values(FIRST_SLICE));
  expect(await claim(second, 10)).toMatchObject([{ delivery_id: mine!.delivery_id }]);
  expect(await record(first, mine!.delivery_id, 'delivered')).toBeNull();
  expect(await count(`deliveries where status = 'delivered'`)).toBe(0);
  expect(await count('attempts')).toBe(1);
  expect(await record(second, mine!.delivery_id, 'delivered')).toMatchObject({ status: 'delivered' });
  expect(await count('outbox')).toBe(0);
});

test('a failed attempt is not due before its time plus the grace for its workflow', async () => {
  await emit(1);
  const worker = await enlist();
  const [mine] = await claim(worker, 10);
  expect(await record(worker, mine!.delivery_id, 'retry', { delayMs: 60_000 })).toMatchObject({ status: 'retrying' });
  expect(await claim(worker, 10)).toEqual([]);
  expect(await count(`outbox where due_at - next_attempt_at = interval '5 seconds'`)).toBe(1);
});

test.each(['delivered', 'retry', 'give-up'] as const)(
  'the same result recorded twice, as after a lost connection, stores one attempt: %s',
  async (outcome) => {
    await emit(1);
    const worker = await enlist();
    const [mine] = await claim(worker, 10);
    const attemptId = uuidv7();
    expect(await record(worker, mine!.delivery_id, outcome, { attemptId })).not.toBeNull();
    expect(await record(worker, mine!.delivery_id, outcome, { attemptId })).toBeNull();
    expect(await count('attempts')).toBe(1);
  },
);

test.each([
  ['delivered', 'delivered'],
  ['retry', 'retrying'],
  ['give-up', 'failed'],
] as const)('an attempt whose claim was lost in a crash of PostgreSQL counts: %s', async (outcome, status) => {
  await emit(1);
  const worker = await enlist();
  const [mine] = await claim(worker, 10);
  await database.pool.query('update outbox set claimed_by = null');
  expect(await record(worker, mine!.delivery_id, outcome)).toMatchObject({ status });
  expect(await count(`deliveries where status = '${status}' and attempts = 1`)).toBe(1);
  expect(await count(`attempts where response_headers = '{"date": "today"}'`)).toBe(1);
});

test('attempts that end together are each recorded with their own result', async () => {
  await emit(6);
  const worker = await enlist();
  const claimed = await claim(worker, 10);
  const outcomes = ['delivered', 'retry', 'give-up', 'delivered', 'retry', 'delivered'] as const;
  const recorded = await Promise.all(
    claimed.map(({ delivery_id }, index) => record(worker, delivery_id, outcomes[index]!)),
  );
  expect(recorded.map((one) => one?.status)).toEqual([
    'delivered',
    'retrying',
    'failed',
    'delivered',
    'retrying',
    'delivered',
  ]);
  expect(await count('outbox where claimed_by is null and attempts = 1')).toBe(2);
  expect(await count('outbox')).toBe(2);
});

test('an organization with many events is delayed while another one has few', async () => {
  const intake = createIntake(database.pool);
  const of = (orgId: string, events: number) =>
    intake.emit(Array.from({ length: events }, () => ({ ...emission(), orgId })));
  // Who is busy is decided by the last 200 ms, and a loaded machine may need longer to store the events.
  for (let begun = -Infinity; performance.now() - begun > 500;) {
    begun = performance.now();
    await of('calm', 1);
    await of('busy', 400);
  }
  const accepted: string[] = [];
  await Promise.all(['busy', 'calm'].map(async (orgId) => void accepted.push((await of(orgId, 1)) && orgId)));
  expect(accepted).toEqual(['calm', 'busy']);
});

test('a fair claim includes every webhook, however many deliveries one of them has', async () => {
  const other = await subscribe('c.d');
  await emit(500);
  await emit(3, 'c.d');
  const { counts, seen, more, most } = await claimFairly(await enlist(), 100, { [webhookId]: 256 });
  expect(counts).toEqual({ [webhookId]: 97, [other]: 3 });
  expect({ seen, more, most }).toEqual({ seen: other, more: false, most: 100 });
});

test('a fair claim takes no more of a webhook than its capacity, oldest first', async () => {
  await emit(5);
  const worker = await enlist();
  const oldest = await database.pool.query('select delivery_id from outbox order by due_at, delivery_id limit 2');
  expect((await claimFairly(worker, 100, { [webhookId]: 0 })).taken).toEqual([]);
  const { taken } = await claimFairly(worker, 100, { [webhookId]: 2 });
  expect(taken.map((row) => row.delivery_id).sort()).toEqual(
    oldest.rows.map((row) => row.delivery_id as string).sort(),
  );
});

test('a fair claim that only sees retries due later does not make the next one start there', async () => {
  await emit(1);
  await database.pool.query(`update outbox set due_at = now() + interval '2 minutes'`);
  const { taken, oldest } = await claimFairly(await enlist(), 100);
  expect(taken).toEqual([]);
  expect(oldest).toBeLessThanOrEqual(Date.now() / 1_000 + 1);
});

test('fair claims rotate: none of many webhooks is skipped', async () => {
  const types = Array.from({ length: 70 }, (_, index) => `many.${index}`);
  for (const type of types) await subscribe(type);
  for (const type of types) await emit(20, type);
  const worker = await enlist();
  const served = new Set<string>();
  let after = FIRST;
  for (let round = 0; round < 3; round++) {
    const { counts, seen, more } = await claimFairly(worker, 256, {}, after);
    for (const id of Object.keys(counts)) served.add(id);
    expect(more).toBe(round < 2);
    after = seen!;
  }
  expect(served.size).toBe(70);
});

test('a new delivery is found at once by a claim of the oldest, but not by a fair one that has 250 waiting webhooks before it', async () => {
  await database.pool.query(
    `with made as (
       insert into webhooks (id, platform, url, secret, events)
       select gen_random_uuid(), 'urpa', 'https://receiver.example', '', '{x.y}' from generate_series(1, 250) returning id
     )
     insert into outbox (delivery_id, event_id, webhook_id, attempts, max_attempts, next_attempt_at, due_at)
     select gen_random_uuid(), gen_random_uuid(), id, 1, 6, now() + interval '1 hour', now() + interval '1 hour' from made`,
  );
  await subscribe('c.d', 'ffffffff-ffff-7fff-bfff-ffffffffffff');
  await emit(1, 'c.d');
  const worker = await enlist();
  const fairly = await claimFairly(worker, 100);
  expect(fairly).toMatchObject({ taken: [], more: true });
  expect(await claim(worker, 100)).toHaveLength(1);
});

test('four workers that claim fairly at the same time never get the same delivery', async () => {
  await subscribe('c.d');
  await emit(600);
  await emit(600, 'c.d');
  const workers = await Promise.all([1, 2, 3, 4].map(enlist));
  const claimed = await Promise.all(
    workers.map(async (worker) => {
      const all: unknown[] = [];
      for (let empty = 0; empty < 3;) {
        const { taken } = await claimFairly(worker, 100);
        all.push(...taken.map((row) => row.delivery_id));
        empty = taken.length > 0 ? 0 : empty + 1;
      }
      return all;
    }),
  );
  expect(claimed.flat()).toHaveLength(1_200);
  expect(new Set(claimed.flat()).size).toBe(1_200);
});

test('a hundred concurrent emits with one idempotency key create one event', async () => {
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
