import { expect, test } from 'vitest';
import { allDelays, DEFAULT_SCHEDULE, delayAfter, longestDelay, SCHEDULE_LIMITS } from './schedule.ts';

const MINUTE = 60_000;

test('the default schedule waits 2, 4, 8, 16 and 32 minutes', () => {
  expect(allDelays(DEFAULT_SCHEDULE, MINUTE)).toEqual([2, 4, 8, 16, 32].map((minutes) => minutes * MINUTE));
});

test('the unit scales every delay', () => {
  expect(allDelays(DEFAULT_SCHEDULE, 50)).toEqual([100, 200, 400, 800, 1600]);
});

test('the longest delay is the one before the last attempt', () => {
  expect(longestDelay(DEFAULT_SCHEDULE, MINUTE)).toBe(32 * MINUTE);
  expect(longestDelay({ ...DEFAULT_SCHEDULE, maxAttempts: 1 }, MINUTE)).toBe(2 * MINUTE);
});

test('no delay exceeds a day of units, however steep the schedule', () => {
  const steep = { maxAttempts: 12, initialUnits: 60, coefficient: 4 };
  expect(delayAfter(steep, 11, MINUTE)).toBe(SCHEDULE_LIMITS.longestUnits * MINUTE);
});
