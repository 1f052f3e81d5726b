import { afterAll, beforeAll, expect, test } from 'vitest';
import { fill } from '../../bench/fill.ts';
import { MOST_DUE, PART } from '../../delivery/pause/propagate-part.ts';
import { StatePropagation } from '../../delivery/pause/state-propagation.ts';
import { startApi, WEBHOOKS, type TestApi } from '../api.ts';

/** More than is changed before the API answers, and more than may be due at a time. */
const MANY = 8_000;

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const act = (id: string, action: string) => api.ask('POST', `${WEBHOOKS}/${id}/${action}`);

async function registerHolding(): Promise<string> {
  const { id } = await api.register();
  await act(id, 'pause');
  await fill(api.database.pool, 'held', id, MANY);
  return id;
}

async function countRows(webhookId: string) {
  const { rows } = await api.database.pool.query<{ held: number; due: number; cancelled: number }>(
    `select count(*) filter (where status = 'held' and o.due_at is null)::int as held,
       count(*) filter (where status = 'pending' and o.due_at <= now())::int as due,
       count(*) filter (where status = 'cancelled' and failed_at is not null and o.delivery_id is null)::int as cancelled
     from deliveries d left join outbox o on o.delivery_id = d.id where d.webhook_id = $1`,
    [webhookId],
  );
  return rows[0]!;
}

/** Propagates the state as a worker would until nothing is left. Returns the last step. */
async function work(webhookId: string): Promise<string> {
  const propagation = new StatePropagation(api.database.pool, webhookId);
  let step = await propagation.step();
  while (step === 'more' || step === 'last-look') step = await propagation.step();
  return step;
}

test('resuming makes the oldest due, up to the limit, and new ones follow them', async () => {
  const id = await registerHolding();
  expect((await act(id, 'resume')).body).toMatchObject({ paused: false, paused_reason: null });
  expect(await countRows(id)).toEqual({ held: MANY - 3 * PART, due: 3 * PART, cancelled: 0 });
  const [fresh] = await api.emit();
  expect(await countRows(id)).toMatchObject({ held: MANY - 3 * PART + 1 });
  expect(await work(id)).toBe('full');
  expect(await countRows(id)).toMatchObject({ held: MANY - MOST_DUE + 1, due: MOST_DUE });
  const oldest = `select array_agg(delivery_id order by delivery_id) as ids from (
    select delivery_id, due_at from outbox where webhook_id = $1 order by delivery_id limit ${MOST_DUE}
  ) o where due_at is not null`;
  expect((await api.database.pool.query<{ ids: string[] }>(oldest, [id])).rows[0]!.ids).toHaveLength(MOST_DUE);

  for (let parts = 0; (await work(id)) === 'full'; parts++) {
    expect(parts).toBeLessThan(5);
    await api.database.pool.query('delete from outbox where webhook_id = $1 and due_at is not null', [id]);
  }
  const { rows } = await api.database.pool.query('select delivery_id, due_at from outbox where webhook_id = $1', [id]);
  expect(rows).toContainEqual({ delivery_id: fresh, due_at: expect.any(Date) });
  const [later] = await api.emit();
  const status = 'select status from deliveries where id = $1';
  expect((await api.database.pool.query(status, [later])).rows).toEqual([{ status: 'pending' }]);
  await api.ask('DELETE', `${WEBHOOKS}/${id}`);
});

test('pausing and turning off are answered before all deliveries have changed; the rest follows', async () => {
  const id = await registerHolding();
  await act(id, 'resume');
  await act(id, 'pause');
  expect(await work(id)).toBe('done');
  expect(await countRows(id)).toEqual({ held: MANY, due: 0, cancelled: 0 });
  await api.ask('PUT', `${WEBHOOKS}/${id}`, { body: { active: false } });
  expect(await countRows(id)).toEqual({ held: MANY - 3 * PART, due: 0, cancelled: 3 * PART });
  expect(await work(id)).toBe('done');
  expect(await countRows(id)).toEqual({ held: 0, due: 0, cancelled: MANY });
});

test('deleting cancels the rest as well', async () => {
  const id = await registerHolding();
  expect((await api.ask('DELETE', `${WEBHOOKS}/${id}`)).status).toBe(204);
  expect(await work(id)).toBe('done');
  expect(await countRows(id)).toEqual({ held: 0, due: 0, cancelled: MANY });
  const reason = 'select distinct error_message from deliveries where webhook_id = $1';
  expect((await api.database.pool.query(reason, [id])).rows).toEqual([{ error_message: 'the webhook was deleted' }]);
});
