import { expect, test } from 'vitest';
import type { Claimed } from './claimed.ts';
import { InFlightDeliveries } from './in-flight.ts';

const payloads = { free: () => undefined };
const claimed = (id: string) => ({ delivery_id: id, body: '{}' }) as Claimed;

test('what has ended is forgotten, what is in flight is not, and whoever waits hears of it', async () => {
  const inFlight = new InFlightDeliveries(payloads);
  const first = inFlight.add(claimed('one'), 'worker', 'group');
  const running = inFlight.add(claimed('two'), 'worker', null);
  const untilEnded = first.untilEnded();
  first.end(null);
  await untilEnded;
  await first.untilEnded();
  expect([inFlight.get('one'), inFlight.get('two')]).toEqual([undefined, running]);
  expect([inFlight.has('one', 'worker'), inFlight.has('two', 'worker')]).toEqual([false, true]);
  expect(inFlight.count).toBe(1);
});

test('a claim that was made again is not lost when the one before it ends', () => {
  const inFlight = new InFlightDeliveries(payloads);
  const before = inFlight.add(claimed('one'), 'lost worker', null);
  const again = inFlight.add(claimed('one'), 'worker', null);
  before.end(null);
  expect(inFlight.get('one')).toBe(again);
});
