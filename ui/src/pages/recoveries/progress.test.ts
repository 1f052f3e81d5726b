import { expect, test } from 'vitest';
import { formatMatched, shareOf } from './progress.ts';

const running = { state: 'running', matched: 10_000, matched_exact: true, retried: 4_000, skipped: 1_000 } as const;

test('progress of a recovery with an exact count', () => {
  expect(shareOf(running)).toBe(0.5);
  expect(shareOf({ ...running, state: 'completed' })).toBe(1);
  expect(formatMatched(running)).toBe('10,000');
});

test('progress of a recovery without an exact count reaches 1 only at the end', () => {
  const uncounted = { ...running, matched_exact: false };
  expect(shareOf({ ...uncounted, retried: 0, skipped: 0, matched: 0 })).toBe(0);
  expect(shareOf({ ...uncounted, retried: 500_000 })).toBeLessThan(1);
  expect(shareOf({ ...uncounted, state: 'completed' })).toBe(1);
  expect(formatMatched(uncounted)).toBe('more than 10,000');
});
