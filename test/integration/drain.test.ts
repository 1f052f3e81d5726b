import { beforeEach, expect, test } from 'vitest';
import pg from 'pg';
import { fill } from '../../bench/fill.ts';
import { MOST_DUE } from '../../delivery/pause/propagate-part.ts';
import { eventually } from '../eventually.ts';
import { arrived } from '../failures.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';

const HOOKS = '/api/urpa/integrations/webhooks';

let system: System;
let receiver: Receiver;
let webhookId: string;

beforeEach(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  webhookId = (await system.register(receiver.url)).id;
  return async () => {
    await system.stop();
    await receiver.close();
  };
});

const act = (action: string) => system.call('POST', `${HOOKS}/${webhookId}/${action}`);

/** Pauses the webhook, emits `count` events that are held, and returns the ids of the deliveries, oldest first. */
async function hold(count: number): Promise<string[]> {
  await act('pause');
  const pool = new pg.Pool({ connectionString: system.databaseUrl, max: 1 });
  await fill(pool, 'held', webhookId, count);
  const { rows } = await pool.query<{ id: string }>(
    'select delivery_id as id from outbox where webhook_id = $1 order by delivery_id',
    [webhookId],
  );
  await pool.end();
  return rows.map(({ id }) => id);
}

async function countStatuses(): Promise<Record<string, number>> {
  const rows = await system.sql(
    'select status, count(*)::int as n from deliveries where webhook_id = $1 group by status',
    [webhookId],
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, n as number]));
}

/** Waits until nothing is claimed and the state propagation has ended. */
async function settled(): Promise<void> {
  await eventually(async () => {
    const [row] = await system.sql(
      `select propagating is null and not exists (select from outbox where claimed_by is not null) as settled
       from webhooks where id = $1`,
      [webhookId],
    );
    return row!['settled'];
  }, 60_000);
}

test('10,000 held deliveries are sent, oldest first, despite a kill -9 of the worker; a neighbour does not wait', async () => {
  const other = await startReceiver();
  const wanted = await hold(10_000);
  await system.register(other.url, { events: ['contact.updated'] });
  await act('resume');
  const [fresh] = await system.emit();
  await eventually(() => receiver.arrivals.length >= 3_000, 60_000);
  await crash(system.workers[0]!);
  const unknown = (await system.sql('select delivery_id from outbox where claimed_by is not null')).length;
  await system.startWorker();
  const [neighbour] = await system.emit({ id: '1' }, 'contact.updated');
  await system.reaches(neighbour!, 'delivered');
  expect((await countStatuses())['held']).toBeGreaterThan(0);
  await eventually(async () => (await countStatuses())['delivered'] === wanted.length + 1, 120_000);

  const inOrder = [...new Set(receiver.arrivals.map(({ headers }) => headers['webhook-id'] as string))];
  const rank = new Map([...wanted, fresh!].map((id, index) => [id, index]));
  expect(inOrder).toHaveLength(wanted.length + 1);
  // The number of due deliveries is bounded, so each arrival is among the oldest that had not arrived yet.
  const early = inOrder.filter((id, position) => rank.get(id)! > position + MOST_DUE);
  expect(early).toEqual([]);
  expect(receiver.arrivals.length - inOrder.length).toBeLessThanOrEqual(unknown);
  await other.close();
}, 240_000);

test('pausing again during the drain stops it; turning off cancels the rest', async () => {
  const wanted = await hold(8_000);
  await act('resume');
  await eventually(() => receiver.arrivals.length >= 1_000, 60_000);
  await act('pause');
  await settled();
  const { delivered, ...others } = await countStatuses();
  expect(others).toEqual({ held: wanted.length - delivered! });
  expect(arrived(receiver)).toHaveLength(delivered!);

  await act('resume');
  await eventually(() => receiver.arrivals.length >= delivered! + 1_000, 60_000);
  await system.call('PUT', `${HOOKS}/${webhookId}`, { active: false });
  await settled();
  const after = await countStatuses();
  expect(after).toEqual({ delivered: receiver.arrivals.length, cancelled: wanted.length - receiver.arrivals.length });
  expect(new Set(arrived(receiver)).size).toBe(receiver.arrivals.length);
}, 240_000);
