import { expect, test } from 'vitest';
import { planFrom } from './plan.ts';
import { DEFAULT_SCHEDULE } from './schedule.ts';

const MINUTE = 60_000;

test('before the first attempt the plan is the whole policy', () => {
  expect(planFrom({ attemptsMade: 0, roundStart: 0, maxAttempts: 6 }, DEFAULT_SCHEDULE, MINUTE)).toEqual({
    attempt: 1,
    attemptsLeft: 6,
    initialIntervalMs: 2 * MINUTE,
    coefficient: 2,
  });
});

test('a manual retry after one failure leaves the rest: the next delay is 4 minutes', () => {
  const plan = planFrom({ attemptsMade: 1, roundStart: 0, maxAttempts: 6 }, DEFAULT_SCHEDULE, MINUTE);
  expect(plan).toMatchObject({ attempt: 2, attemptsLeft: 5, initialIntervalMs: 4 * MINUTE });
});

test('after the last attempt the schedule starts again', () => {
  const plan = planFrom({ attemptsMade: 6, roundStart: 6, maxAttempts: 12 }, DEFAULT_SCHEDULE, MINUTE);
  expect(plan).toMatchObject({ attempt: 7, attemptsLeft: 6, initialIntervalMs: 2 * MINUTE });
});
