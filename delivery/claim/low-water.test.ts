import { expect, test } from 'vitest';
import { LowWater } from './low-water.ts';

test('after what was claimed it looks a little before that, and everywhere once it is asked to look back', () => {
  const lowWater = new LowWater();
  expect(lowWater.begin(0)).toBe(-Infinity);
  lowWater.end(-Infinity, 100, 10, 10);
  expect(lowWater.begin(20)).toBe(98);
  lowWater.end(98, Infinity, 5, 25);
  expect(lowWater.begin(5_000)).toBe(98);
  lowWater.lookBack();
  expect(lowWater.begin(5_000)).toBe(-Infinity);
});

test('full looks are rare, the rarer the longer they take', () => {
  const lowWater = new LowWater();
  lowWater.end(-Infinity, 100, 10, 10);
  lowWater.lookBack();
  expect(lowWater.begin(500)).toBe(98);
  expect(lowWater.begin(1_010)).toBe(-Infinity);
  lowWater.end(-Infinity, 100, 500, 1_510);
  lowWater.lookBack();
  expect(lowWater.begin(11_000)).toBe(98);
  expect(lowWater.begin(11_510)).toBe(-Infinity);
});
