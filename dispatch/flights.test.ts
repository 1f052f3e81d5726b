import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Claimed } from './claimed.ts';
import { Flights } from './flights.ts';

const claimed = (id: string) => ({ delivery_id: id, body: '{}' }) as Claimed;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('what landed and nobody joins is forgotten, what is in the air is not', () => {
  const flights = new Flights();
  flights.add(claimed('landed'), 'worker', 'group').land(null);
  flights.add(claimed('flying'), 'worker', 'group');
  for (let minute = 0; minute < 3; minute++) {
    expect(flights.get('landed') !== undefined).toBe(minute < 2);
    vi.advanceTimersByTime(61_000);
    flights.add(claimed(`at ${minute}`), 'worker', 'group');
  }
  expect(flights.get('flying')).toBeDefined();
  expect(flights.count).toBe(4);
});

test('whoever waits hears when it lands, and when it goes on in another workflow', async () => {
  const flights = new Flights();
  const landing = flights.add(claimed('one'), 'worker', 'group');
  const moving = flights.add(claimed('two'), 'worker', 'group');
  const waiting = [landing.endIn('group'), moving.endIn('group')];
  landing.land(null);
  moving.move('two');
  await Promise.all(waiting);
  expect([landing.hasLanded, moving.hasLanded]).toEqual([true, false]);
  moving.land(null);
  await moving.endIn('two');
  expect(flights.count).toBe(0);
});
