import { afterAll, beforeAll, expect, test } from 'vitest';
import { takePart } from '../../delivery/recover/recovery-part.ts';
import { inPoolTransaction } from '../../core/db/transaction.ts';
import { organization, startApi, type TestApi } from '../api.ts';
import { makeLongHistory, RARE } from '../long-history.ts';

const BASE = organization('long');
const FAILED = 52_000;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  const webhookId = await makeLongHistory(api, 'long', { deliveries: 2 * FAILED, held: 0, rare: [2] });
  await api.database.pool.query('update webhooks set paused_at = null where id = $1', [webhookId]);
}, 120_000);
afterAll(() => api.close());

const start = (body: unknown) => api.ask('POST', `${BASE}/webhooks/events/retry`, { body });
const read = async (id: string) => (await api.ask('GET', `${BASE}/recoveries/${id}`)).body;

async function runToTheEnd(id: string): Promise<void> {
  for (let state = 'running'; state !== 'completed';) {
    ({ state } = await inPoolTransaction(api.database.pool, (client) => takePart(client, id)));
  }
}

test('a dry run over very many counts up to 10,000 and says that there are more', async () => {
  expect((await start({ filter: {}, dry_run: true })).body).toEqual({ count: 10_000, exact: false });
  const few = { until: new Date(Date.now() - (2 * FAILED - 100) * 1_000).toISOString() };
  const { body } = await start({ filter: few, dry_run: true });
  expect(body).toEqual({ count: expect.any(Number), exact: true });
  expect(body.count).toBeGreaterThan(40);
  expect(body.count).toBeLessThan(60);
});

test('a recovery with rare matches starts without searching all failed deliveries, and finds them', async () => {
  const { status, body } = await start({ filter: { event: RARE, until: new Date().toISOString() } });
  expect(status).toBe(202);
  expect(body).toMatchObject({
    state: 'running',
    matched: 1,
    matched_exact: false,
    workflow_id: `recovery-${body.id}`,
  });
  const absent = await start({ filter: { event: 'campaign.started' } });
  expect(absent.body).toMatchObject({ state: 'running', matched: 0, matched_exact: false, finished_at: null });
  for (const { id } of [body, absent.body]) await runToTheEnd(id);
  expect(await read(body.id)).toMatchObject({ state: 'completed', matched: 1, matched_exact: true, retried: 1 });
  expect(await read(absent.body.id)).toMatchObject({ state: 'completed', matched: 0, matched_exact: true, retried: 0 });
});

test('a recovery of very many starts with "more than" and has an exact count at the end', async () => {
  const { body } = await start({ filter: {}, rate: 10_000 });
  expect(body).toMatchObject({ state: 'running', matched: 10_000, matched_exact: false });
  const [entry] = (await api.database.pool.query('select details from audit_log where subject_id = $1', [body.id]))
    .rows;
  expect(entry.details).toMatchObject({ matched: 10_000, matched_exact: false });
  await runToTheEnd(body.id);
  const ended = await read(body.id);
  expect(ended).toMatchObject({ state: 'completed', matched: FAILED - 1, matched_exact: true });
  expect(ended.retried + ended.skipped).toBe(FAILED - 1);
});
