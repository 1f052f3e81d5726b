import { expect, test } from 'vitest';
import type { Claimed } from './claimed.ts';
import { Flights } from './in-flight.ts';

const payloads = { free: () => undefined };
const claimed = (id: string) => ({ delivery_id: id, body: '{}' }) as Claimed;

test('what has landed is forgotten, what is in the air is not, and whoever waits hears of it', async () => {
  const flights = new Flights(payloads);
  const landing = flights.add(claimed('one'), 'worker', 'group');
  const flying = flights.add(claimed('two'), 'worker', null);
  const ended = landing.end();
  landing.land(null);
  await ended;
  await landing.end();
  expect([flights.get('one'), flights.get('two')]).toEqual([undefined, flying]);
  expect([flights.has('one', 'worker'), flights.has('two', 'worker')]).toEqual([false, true]);
  expect(flights.count).toBe(1);
});

test('a claim that was made again is not lost when the one before it lands', () => {
  const flights = new Flights(payloads);
  const before = flights.add(claimed('one'), 'lost worker', null);
  const again = flights.add(claimed('one'), 'worker', null);
  before.land(null);
  expect(flights.get('one')).toBe(again);
});
