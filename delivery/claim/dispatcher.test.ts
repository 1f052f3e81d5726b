import { expect, test, vi } from 'vitest';
import { Dispatcher, type DispatcherDeps } from './dispatcher.ts';
import type { Capacity } from '../concurrency/lanes.ts';

const MOST = 64;

/** A dispatcher under pressure whose claims bring so many deliveries of the webhook `a`, one number each; and what it claimed. */
function dispatcherOf(brings: number[], capacityOfA: number, workers = 1) {
  const capacity: Capacity = { total: 200, byWebhook: { a: capacityOfA }, others: MOST, fair: true };
  let claims = 0;
  const scan = { seen: 'a', more: false, most: MOST };
  const take = () => {
    const count = brings[claims++] ?? 0;
    const row = (delivery: string | null) => ({ ...scan, delivery_id: delivery, webhook_id: delivery && 'a' });
    const rows = count === 0 ? [row(null)] : Array.from({ length: count }, (_, index) => row(`d${index}`));
    return Promise.resolve({ worker: 'worker', rows, left: [] });
  };
  const deps = {
    lease: { fresh: () => true, workers },
    claims: { take },
    lanes: { capacity: () => capacity, add: () => undefined },
    inFlight: { add: () => undefined },
    payloads: { mostRows: () => 256 },
  };
  const dispatcher = new Dispatcher(deps as unknown as DispatcherDeps);
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
  return { dispatcher, claims: () => claims, settled };
}

test('after a fair claim that left nothing behind there is no other before the next notice', async () => {
  const { dispatcher, claims, settled } = dispatcherOf([3], 50);
  dispatcher.wakeUp();
  await settled();
  expect(claims()).toBe(1);
  dispatcher.wakeUp();
  await settled();
  expect(claims()).toBe(2);
});

test.each([
  ['all that it had capacity for', 50, 50],
  ['its whole share', MOST, 100],
])('a webhook that got %s is looked at again', async (_, brings, capacity) => {
  const { dispatcher, claims, settled } = dispatcherOf([brings, 1], capacity);
  dispatcher.wakeUp();
  await settled();
  expect(claims()).toBe(2);
});

test('while no webhook has capacity, only a notice leads to a claim', async () => {
  const { dispatcher, claims, settled } = dispatcherOf([], 0);
  dispatcher.wakeUp();
  await settled();
  dispatcher.goOn();
  await settled();
  expect(claims()).toBe(1);
});

test('a batch waits for those that follow it, a few do not and take it along', async () => {
  const { dispatcher, claims, settled } = dispatcherOf([], 50, 50);
  dispatcher.wakeUp(100);
  await settled();
  expect(claims()).toBe(1);
  dispatcher.wakeUp(100);
  await settled();
  expect(claims()).toBe(1);
  dispatcher.wakeUp(1);
  await settled();
  expect(claims()).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(claims()).toBe(2);
});

test('batches that waited are claimed together', async () => {
  const { dispatcher, claims } = dispatcherOf([], 50, 5);
  const batches = () => [1, 2, 3].forEach(() => dispatcher.wakeUp(100));
  batches();
  await vi.waitFor(() => expect(claims()).toBe(2));
  batches();
  await vi.waitFor(() => expect(claims()).toBe(3));
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(claims()).toBe(3);
});
