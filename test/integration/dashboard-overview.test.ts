import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RANGES } from '../../core/contracts/dashboard/overview.ts';
import { createOrm } from '../../core/db/orm.ts';
import { uuidAt } from '../../core/db/partitions.ts';
import { rollUp } from '../../delivery/statistics/outcomes.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { startApi, type TestApi } from '../api.ts';

const MINUTE = 60_000;

interface Happening {
  at: number;
  webhook: number;
  what: 'accepted' | 'delivered' | 'failed' | 'cancelled' | 'failed_attempts';
}

let api: TestApi;
const webhooks: string[] = [];
const happened: Happening[] = [];

beforeAll(async () => {
  api = await startApi();
  for (let index = 0; index < 3; index++) webhooks.push((await api.register()).id);
  for (let index = 0; index < 240; index++) await insert(index);
});
afterAll(() => api.close());

/** A delivery that is some minutes or hours old, with one of four outcomes. */
async function insert(index: number): Promise<void> {
  const ago = index % 2 === 0 ? (index / 2) * 15_000 : index * 6 * MINUTE;
  const created = Date.now() - 2_000 - ago;
  const webhook = index % 3;
  const way = (['delivered', 'retried', 'failed', 'cancelled'] as const)[Math.floor(index / 3) % 4]!;
  const id = uuidAt(new Date(created)).slice(0, 14) + uuidv7().slice(14);
  const second = Math.min(created + 40, Date.now());
  const attempts = { delivered: [20], retried: [10, 1_000], failed: [5], cancelled: [] }[way];
  const failedAt = way === 'failed' || way === 'cancelled' ? second : null;
  await api.database.pool.query(
    `insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, created_at,
       failed_at) values ($1, $2, $3, 'urpa', '', 'contact.created', $4, $5, 6, $6, $7)`,
    [
      id,
      uuidv7(),
      webhooks[webhook],
      way === 'retried' ? 'delivered' : way,
      attempts.length,
      new Date(created),
      failedAt && new Date(failedAt),
    ],
  );
  happened.push({ at: created, webhook, what: 'accepted' });
  if (failedAt) happened.push({ at: failedAt, webhook, what: way as 'failed' });
  for (const [number, ms] of attempts.entries()) {
    const ok = way !== 'failed' && number === attempts.length - 1;
    await api.database.pool.query(
      `insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms, error_message)
       values ($1, $2, $3, 'automatic', $4, $5, $6)`,
      [id, uuidv7(), number + 1, new Date(created), ms, ok ? null : `status 50${webhook}`],
    );
    happened.push({ at: created + ms, webhook, what: ok ? 'delivered' : 'failed_attempts' });
  }
}

const read = async (query: string) => (await api.ask('GET', `/api/dashboard/overview?${query}`)).body;

function check(overview: Awaited<ReturnType<typeof read>>, webhook?: number): void {
  const from = Date.parse(overview.from);
  const mine = happened.filter((one) => one.at >= from && (webhook === undefined || one.webhook === webhook));
  const bucketMs = overview.bucket_seconds * 1000;
  const count = (what: Happening['what'], begin = 0, end = Infinity) =>
    mine.filter((one) => one.what === what && one.at >= begin && one.at < end).length;
  expect(overview.totals).toMatchObject({
    accepted: count('accepted'),
    delivered: count('delivered'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  });
  const share = count('delivered') / (count('delivered') + count('failed'));
  if (count('delivered') + count('failed') > 0) expect(overview.totals.success_rate).toBeCloseTo(share, 10);
  const attempts = count('delivered') + count('failed_attempts');
  if (attempts > 0) expect(overview.totals.attempt_success_rate).toBeCloseTo(count('delivered') / attempts, 10);
  for (const bucket of overview.series) {
    const begin = Date.parse(bucket.at);
    const whats = ['delivered', 'failed', 'cancelled', 'failed_attempts'] as const;
    const expected = Object.fromEntries(whats.map((what) => [what, count(what, begin, begin + bucketMs)]));
    expect(bucket).toEqual({ at: bucket.at, ...expected });
  }
  expect(overview.series.length).toBe(Math.floor((Date.parse(overview.to) - from) / bucketMs) + 1);
}

async function checkAll(): Promise<void> {
  for (const range of Object.keys(RANGES)) {
    check(await read(`range=${range}`));
    check(await read(`range=${range}&webhook_id=${webhooks[1]}`), 1);
  }
}

describe('the overview', () => {
  test('counts events in their buckets', async () => {
    await checkAll();
    const overview = await read('range=24h');
    expect(overview.totals.time_to_delivery_ms.p50).toBeGreaterThanOrEqual(19);
    expect(overview.totals.time_to_delivery_ms.p50).toBeLessThanOrEqual(21);
    expect(Math.abs(overview.totals.time_to_delivery_ms.p95 - 1_000)).toBeLessThan(50);
    expect(overview.waiting.pending).toEqual({ count: 0, oldest_at: null });
  });

  test('names the webhooks with the most failures and their errors', async () => {
    const { failing_webhooks: failing } = await read('range=24h');
    const counts = webhooks.map((id, webhook) => ({
      id,
      failed_attempts: happened.filter((one) => one.webhook === webhook && one.what === 'failed_attempts').length,
      last_error: `status 50${webhook}`,
      state: 'active',
    }));
    expect(failing).toHaveLength(3);
    for (const one of counts) {
      expect(failing.find(({ id }: { id: string }) => id === one.id)).toMatchObject(one);
    }
    const order = failing.map((one: { failed_attempts: number }) => one.failed_attempts);
    expect(order).toEqual(order.toSorted((a: number, b: number) => b - a));
    const list = async (query: string) => (await api.ask('GET', `/api/dashboard/webhooks${query}`)).body.data;
    const struggling = await list('?state=struggling');
    expect(struggling.length).toBeGreaterThan(0);
    expect((await list('')).filter((webhook: { struggling: boolean }) => webhook.struggling)).toEqual(struggling);
  });

  test('is the same after the counts are rolled up', async () => {
    const orm = await createOrm(api.database.url);
    try {
      const step = () => inTransaction(orm, ({ execute }) => rollUp(execute));
      let steps = 0;
      while (await step()) steps++;
      expect(steps).toBeGreaterThan(20);
      const { rows } = await api.database.pool.query(
        'select done_until > now() - interval $$1 minute$$ as ok from rollup',
      );
      expect(rows).toEqual([{ ok: true }]);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await checkAll();
      expect((await Promise.all([step(), step()])).filter(Boolean).length).toBeLessThanOrEqual(1);
      const webhook = (await api.ask('GET', `/api/dashboard/webhooks/${webhooks[0]}`)).body;
      const day = happened.filter((one) => one.webhook === 0 && one.at >= Date.parse(webhook.last_24h[0].at));
      for (const what of ['delivered', 'failed_attempts'] as const) {
        const sum = webhook.last_24h.reduce((total: number, hour: Record<string, number>) => total + hour[what]!, 0);
        expect(sum).toBe(day.filter((one) => one.what === what).length);
      }
      expect(webhook.last_failure.message).toBe('status 500');
    } finally {
      await orm.close();
    }
  });

  test('counts waiting deliveries, with the time of the oldest', async () => {
    await api.database.pool.query('update webhooks set deleted_at = now() where id <> $1', [webhooks[0]]);
    const begin = Date.now();
    await api.emit();
    await api.emit();
    await api.ask('POST', `/api/urpa/integrations/webhooks/${webhooks[0]}/pause`);
    const { waiting } = await read(`range=15m&webhook_id=${webhooks[0]}&platform=urpa`);
    expect(waiting.held.count).toBe(2);
    expect(Math.abs(Date.parse(waiting.held.oldest_at) - begin)).toBeLessThan(5_000);
    expect(waiting.pending.count).toBe(0);
  });
});
