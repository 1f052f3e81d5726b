import { expect, test } from 'vitest';
import { percentile, spreadOf } from './statistics.ts';

test('a percentile is interpolated between the two nearest values', () => {
  expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
  expect(percentile([10, 20, 30], 95)).toBe(29);
  expect(percentile([7], 99)).toBe(7);
});

test('a spread has the minimum, the median and the maximum', () => {
  expect(spreadOf([9, 1, 5])).toEqual({ min: 1, median: 5, max: 9 });
});
