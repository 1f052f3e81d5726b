import { expect, test } from 'vitest';
import { boundsOf, percentile } from './overview-fields.ts';

const bucketOf = (ms: number) => Math.floor(Math.log(ms) / Math.log(1.1));

test('percentiles are accurate to five percent', () => {
  const times = [4, 40, 400, 4000].map((ms) => ({ bucket: bucketOf(ms), deliveries: 25 }));
  for (const [share, ms] of [
    [0.25, 4],
    [0.5, 40],
    [0.75, 400],
    [0.95, 4000],
  ] as const) {
    expect(Math.abs(percentile(times, share)! - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.05));
  }
  expect(percentile([{ bucket: bucketOf(7), deliveries: 1 }], 0.95)).toBe(7);
  expect(percentile([], 0.5)).toBeNull();
});

test('a range has whole buckets, including the current one', () => {
  const now = new Date('2026-01-22T10:30:17Z');
  expect(boundsOf('15m', now)).toEqual({ from: new Date('2026-01-22T10:15:00Z'), to: now, bucketSeconds: 30 });
  expect(boundsOf('30d', now).from).toEqual(new Date('2025-12-23T06:00:00Z'));
});
