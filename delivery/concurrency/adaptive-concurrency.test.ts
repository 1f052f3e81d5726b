import { expect, test } from 'vitest';
import { AdaptiveConcurrency, type Outcome } from './adaptive-concurrency.ts';

const success: Outcome = { statusCode: 200, errorMessage: null, durationMs: 5 };
const failure: Outcome = { statusCode: 500, errorMessage: 'status 500', durationMs: 5 };
const slowFailure: Outcome = { ...failure, durationMs: 1_500 };
const silence: Outcome = { statusCode: null, errorMessage: 'no answer within 15 s', durationMs: 15_000 };

function after(outcome: Outcome, count: number, adaptive = new AdaptiveConcurrency(100)): AdaptiveConcurrency {
  for (let number = 0; number < count; number++) adaptive.note(outcome);
  return adaptive;
}

test('a few failures among successes change nothing', () => {
  const adaptive = new AdaptiveConcurrency(100);
  for (let round = 0; round < 50; round++) after(success, 1, after(silence, 4, adaptive));
  expect(adaptive.concurrency).toBe(100);
});

test('failures in a row halve what goes out at once, down to a floor', () => {
  expect(after(failure, 5).concurrency).toBe(50);
  expect(after(failure, 1_000).concurrency).toBe(16);
});

test.each([
  ['that never answers', silence],
  ['that fails after more than a second', slowFailure],
])('a receiver %s is probed with four at once', (_, outcome) => {
  const adaptive = after(outcome, 100);
  expect(adaptive.concurrency).toBe(4);
  expect(adaptive.probing).toBe(true);
});

test('one success after silence doubles, and it is back after a hundred', () => {
  const adaptive = after(success, 1, after(silence, 100));
  expect(adaptive.concurrency).toBe(8);
  expect(adaptive.probing).toBe(false);
  expect(after(success, 100, adaptive).concurrency).toBe(100);
});

test('a silent receiver that answers again, with failures, gets as many as one that fails', () => {
  expect(after(failure, 10, after(silence, 100)).concurrency).toBe(16);
});

test('a limit below the floor is kept', () => {
  const adaptive = after(silence, 100, new AdaptiveConcurrency(2));
  expect(adaptive.concurrency).toBe(2);
  expect(after(success, 10, adaptive).concurrency).toBe(2);
});

test('a new limit counts at once, and does not end what failures brought', () => {
  const normal = new AdaptiveConcurrency(100);
  normal.setLimit(10);
  expect(normal.concurrency).toBe(10);
  normal.setLimit(200);
  expect(normal.concurrency).toBe(200);
  const failing = after(failure, 1_000);
  failing.setLimit(200);
  expect(failing.concurrency).toBe(16);
});
