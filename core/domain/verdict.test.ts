import { describe, expect, test } from 'vitest';
import { DEFAULT_SCHEDULE } from './schedule.ts';
import { describeFailure, judgeAttempt, type AttemptFacts, type Position } from './verdict.ts';

const MINUTE = 60_000;
const first: Position = { number: 1, roundStart: 0, maxAttempts: 6 };
const judge = (facts: Partial<AttemptFacts>, position: Position = first) =>
  judgeAttempt(
    { statusCode: 500, errorMessage: 'status 500', retryAfterMs: null, ...facts },
    position,
    DEFAULT_SCHEDULE,
    MINUTE,
  );

test('an attempt without an error is delivered', () => {
  expect(judge({ statusCode: 204, errorMessage: null })).toEqual({
    outcome: 'delivered',
    delayMs: 0,
    postponed: false,
    gone: false,
  });
});

test.each([1, 2, 3, 4, 5])('failure of attempt %i waits 2 to that power minutes', (number) => {
  expect(judge({}, { ...first, number })).toMatchObject({ outcome: 'retry', delayMs: 2 ** number * MINUTE });
});

test('the sixth failure gives up', () => {
  expect(judge({}, { ...first, number: 6 })).toMatchObject({ outcome: 'give-up', gone: false });
});

test('a run of the schedule that began again waits from its beginning', () => {
  expect(judge({}, { number: 7, roundStart: 6, maxAttempts: 12 })).toMatchObject({
    outcome: 'retry',
    delayMs: 2 * MINUTE,
  });
});

test('410 gives up at once and turns the webhook off', () => {
  expect(judge({ statusCode: 410 })).toMatchObject({ outcome: 'give-up', gone: true });
});

describe('Retry-After', () => {
  test.each([429, 503])('of %i moves the next attempt later', (statusCode) => {
    expect(judge({ statusCode, retryAfterMs: 5 * MINUTE })).toMatchObject({ delayMs: 5 * MINUTE, postponed: true });
  });
  test('never moves it earlier', () => {
    expect(judge({ statusCode: 429, retryAfterMs: 1_000 })).toMatchObject({ delayMs: 2 * MINUTE, postponed: false });
  });
  test('stays within the longest delay of the schedule', () => {
    expect(judge({ statusCode: 503, retryAfterMs: 1e12 })).toMatchObject({ delayMs: 32 * MINUTE });
  });
  test('of another status is not heard', () => {
    expect(judge({ statusCode: 500, retryAfterMs: 5 * MINUTE })).toMatchObject({
      delayMs: 2 * MINUTE,
      postponed: false,
    });
  });
});

test('a failure is described by its status or its reason', () => {
  expect(describeFailure(3, 6, { statusCode: 503, errorMessage: 'status 503' })).toBe('attempt 3 of 6 failed with 503');
  expect(describeFailure(1, 6, { statusCode: null, errorMessage: 'no answer within 15 s' })).toBe(
    'attempt 1 of 6 failed: no answer within 15 s',
  );
});
