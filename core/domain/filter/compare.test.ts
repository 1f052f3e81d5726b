import { expect, test } from 'vitest';
import { compareNumbers, compareStrings } from './compare.ts';

test.each([
  ['9007199254740993', '9007199254740992', 1],
  ['1', '1.0', 0],
  ['100', '1e2', 0],
  ['0.1', '0.10000000000000001', -1],
  ['-5', '3', -1],
  ['-5', '-5.1', 1],
  ['1.7976931348623157e+308', '1e-320', 1],
  ['0', '0.0', 0],
])('%s and %s compare exactly', (a, b, order) => {
  expect(compareNumbers(a, b)).toBe(order);
  expect(compareNumbers(b, a)).toBe(0 - order);
});

test.each([
  ['a', 'b'],
  ['a', 'aa'],
  ['', 'a'],
  ['Z', 'a'],
  // UTF-16 has the surrogates of U+1F600 before U+FF5E.
  ['\uff5e', '😀'],
  ['😀', '😁'],
  ['x\ud7ff', 'x\ue000'],
])('%j is before %j by code point', (a, b) => {
  expect(compareStrings(a, b)).toBeLessThan(0);
  expect(compareStrings(b, a)).toBeGreaterThan(0);
  expect(compareStrings(a, a)).toBe(0);
});
