import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LaneOwner } from './lane.ts';
import { Lanes } from './lanes.ts';
import type { Limits } from '../../core/options/limits.ts';
import type { Outcome } from './adaptive-concurrency.ts';

const SUCCESS: Outcome = { statusCode: 200, errorMessage: null, durationMs: 5 };
const SILENCE: Outcome = { statusCode: null, errorMessage: 'no answer within 15 s', durationMs: 15_000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function owner(webhookId: string, limits: Partial<Limits> = {}): LaneOwner {
  return {
    webhook_id: webhookId,
    platform: 'urpa',
    org_id: '',
    options: { limits: { concurrency: 2, rate: null, ...limits } },
  };
}

function controlled({ maxInFlight = 1_024, workers = 1 } = {}) {
  const begun: string[] = [];
  const running = new Map<string, { ended: (outcome: Outcome) => void; finish: () => void }>();
  const onCapacity = vi.fn();
  const lanes = new Lanes<string>({
    run: (job, ended) => {
      begun.push(job);
      return new Promise((finish) => running.set(job, { ended, finish }));
    },
    maxInFlight,
    workers: () => workers,
    onCapacity,
  });
  const end = async (job: string, outcome = SUCCESS) => {
    const { ended, finish } = running.get(job)!;
    running.delete(job);
    ended(outcome);
    finish();
    await vi.advanceTimersByTimeAsync(0);
  };
  const add = (of: LaneOwner, count: number) => {
    for (let number = 1; number <= count; number++) lanes.add(of, `${of.webhook_id}${number}`);
  };
  return { lanes, begun, running, end, add, onCapacity };
}

test('a full lane makes its own webhook wait and nobody else', async () => {
  const { begun, end, add } = controlled();
  add(owner('a'), 3);
  add(owner('b'), 1);
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  await end('a1');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('the next attempt begins when one is off the wire, not only when it is recorded', () => {
  const { begun, running, add } = controlled();
  add(owner('a'), 3);
  running.get('a1')!.ended(SUCCESS);
  expect(begun).toEqual(['a1', 'a2', 'a3']);
});

test('attempts begin in turns: one webhook waits for a few of the others, not for all of them', async () => {
  const { begun, add } = controlled();
  add(owner('a', { concurrency: 100 }), 100);
  add(owner('b'), 1);
  await vi.advanceTimersByTimeAsync(10);
  expect(begun).toHaveLength(101);
  expect(begun.indexOf('b1')).toBeLessThan(20);
});

test('one webhook gets at most half of what the process may have in hand', () => {
  const { lanes, add } = controlled({ maxInFlight: 128 });
  add(owner('flooded', { concurrency: 1_000 }), 64);
  const { total, byWebhook, others, fair } = lanes.capacity();
  expect(byWebhook).toEqual({ flooded: 0 });
  expect(fair).toBe(true);
  expect(total).toBe(64);
  expect(others).toBe(64);
});

test('webhooks that hang leave the fast lane: they count against each other, not against the rest', async () => {
  const { lanes, add } = controlled({ maxInFlight: 128 });
  for (const name of ['a', 'b', 'c', 'd']) add(owner(name, { concurrency: 30 }), 30);
  expect(lanes.capacity().total).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  const { total, byWebhook } = lanes.capacity();
  expect(total).toBe(64);
  expect(byWebhook).toEqual({ a: 0, b: 0, c: 0, d: 0 });
});

test('what would wait long for a silent receiver is taken out, and it is probed with a few at once', async () => {
  const { lanes, begun, running, end, add } = controlled();
  add(owner('a', { concurrency: 20 }), 200);
  await vi.advanceTimersByTimeAsync(15_000);
  for (const job of [...running.keys()]) await end(job, SILENCE);
  expect(running.size).toBe(4);
  const taken = lanes.sweep();
  expect(begun.length + taken.length).toBeGreaterThan(190);
  expect(lanes.capacity().byWebhook['a']).toBeLessThanOrEqual(4);
});

test('a lane that had no capacity says so once it has', async () => {
  const { lanes, end, add, onCapacity } = controlled({ maxInFlight: 16 });
  add(owner('a', { concurrency: 8 }), 8);
  expect(lanes.capacity().byWebhook['a']).toBe(0);
  await end('a1');
  expect(onCapacity).toHaveBeenCalled();
});

test.each([
  { workers: 1, begins: 30 },
  { workers: 2, begins: 15 },
])('a rate is shared by $workers workers', async ({ workers, begins }) => {
  const { lanes, begun, end, add } = controlled({ workers });
  add(owner('a', { concurrency: 100, rate: 10 }), 60);
  for (let tenths = 0; tenths < 20; tenths++) {
    await vi.advanceTimersByTimeAsync(100);
    for (const job of begun) await end(job).catch(() => {});
  }
  expect(Math.abs(begun.length - begins)).toBeLessThanOrEqual(1);
  expect(lanes.capacity().byWebhook['a']).toBe(0);
});

test('what has not begun can be taken out, and a lane works again afterwards', async () => {
  const { lanes, begun, end, add } = controlled();
  add(owner('a', { concurrency: 1 }), 3);
  expect(lanes.clear()).toEqual(['a2', 'a3']);
  await end('a1');
  lanes.add(owner('a'), 'a4');
  expect(begun).toEqual(['a1', 'a4']);
});

test('a lane in order is forgotten when it is idle, one that failed is remembered for an hour', async () => {
  const { lanes, end, add } = controlled();
  add(owner('good'), 1);
  add(owner('bad'), 1);
  await end('good1');
  await end('bad1', SILENCE);
  lanes.sweep();
  expect([...lanes.all()].map((lane) => lane.owner.webhook_id)).toEqual(['bad']);
  await vi.advanceTimersByTimeAsync(3_700_000);
  lanes.sweep();
  expect([...lanes.all()]).toEqual([]);
});
