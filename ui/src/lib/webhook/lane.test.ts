import { expect, test } from 'vitest';
import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { describeHold, describeLoad, laneOf, type Lane } from './lane.ts';

const lane: Lane = {
  state: 'slowed',
  reason: 'the last 40 attempts failed; 16 at once instead of 100',
  since: '2026-01-22T10:30:00.000Z',
  concurrency: 16,
  limit: 100,
  in_flight: 16,
  waiting: 2,
  workers: 1,
};
const unlimited = { concurrency: 100, rate: null };

test('describes a reduced concurrency and its limit', () => {
  expect(describeHold(lane, unlimited)).toBe('16 of 100 attempts at once');
  expect(describeHold({ ...lane, workers: 2 }, unlimited)).toBe('16 of 100 attempts at once in each worker');
  expect(describeHold({ ...lane, state: 'full', concurrency: 1, limit: 1 }, unlimited)).toBe('1 attempt at once');
});

test('describes the rate if the rate limit is reached', () => {
  const limited: Lane = { ...lane, state: 'rate_limited' };
  expect(describeHold(limited, { concurrency: 100, rate: 0.5 })).toBe('0.5 attempts a second');
  expect(describeHold(lane, { concurrency: 100, rate: 0.5 })).toBe('16 of 100 attempts at once');
  expect(describeHold(limited, unlimited), 'a rate that was just taken away').toBe('16 of 100 attempts at once');
});

test('describes in-flight and waiting deliveries', () => {
  expect(describeLoad(lane, { pending: 1200, retrying: 40, held: 0 })).toBe('16 in flight, 1,200 pending, 40 retrying');
  expect(describeLoad(lane, { pending: 0, retrying: 0, held: 0 })).toBe('16 in flight');
});

test('there is no lane if nothing is sent', () => {
  const running = { active: true, paused: false, deleted_at: null, struggling: true, lane } as DashboardWebhook;
  expect(laneOf(running)).toBe(lane);
  expect(laneOf({ ...running, paused: true })).toBeNull();
  expect(laneOf({ ...running, active: false })).toBeNull();
  expect(laneOf({ ...running, lane: null })).toBeNull();
});
