import { expect, test } from 'vitest';
import { changeLimits, checkLimits, hasDefaultLimits, newLimits } from './limits-draft.ts';

test('a new webhook gets 100 attempts at once and no rate', () => {
  expect(newLimits()).toEqual({ concurrency: 100, rate: null });
  expect(hasDefaultLimits(newLimits())).toBe(true);
  expect(hasDefaultLimits({ concurrency: 100, rate: 5 })).toBe(false);
});

test('the number at once has to be a whole one; the rate may be a part, or none', () => {
  expect(checkLimits({ concurrency: 1, rate: null })).toEqual({});
  expect(checkLimits({ concurrency: 1000, rate: 0.1 })).toEqual({});
  expect(checkLimits({ concurrency: null, rate: 0 })).toEqual({
    concurrency: 'A whole number from 1 to 1,000.',
    rate: 'From 0.1 to 10,000, or empty for no limit.',
  });
  expect(Object.keys(checkLimits({ concurrency: 2.5, rate: 10_001 }))).toEqual(['concurrency', 'rate']);
});

test('only what changed is sent, and a rate can be taken away', () => {
  const before = { concurrency: 20, rate: 5 };
  expect(changeLimits(before, before)).toBeNull();
  expect(changeLimits({ concurrency: 30, rate: 5 }, before)).toEqual({ concurrency: 30 });
  expect(changeLimits({ concurrency: 20, rate: null }, before)).toEqual({ rate: null });
});
