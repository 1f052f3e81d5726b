import { expect, test } from 'vitest';
import { neighbour, rangeBetween } from './selection.ts';

const ids = ['a', 'b', 'c', 'd'];

test('a range goes both ways, and is one row where it has no beginning', () => {
  expect(rangeBetween(ids, 'b', 'd')).toEqual(['b', 'c', 'd']);
  expect(rangeBetween(ids, 'c', 'a')).toEqual(['a', 'b', 'c']);
  expect(rangeBetween(ids, undefined, 'c')).toEqual(['c']);
  expect(rangeBetween(ids, 'gone', 'c')).toEqual(['c']);
});

test('moving stops at the ends', () => {
  expect(neighbour(ids, undefined, 1)).toBe('a');
  expect(neighbour(ids, 'b', 1)).toBe('c');
  expect(neighbour(ids, 'd', 1)).toBe('d');
  expect(neighbour(ids, 'a', -1)).toBe('a');
  expect(neighbour([], 'a', 1)).toBeUndefined();
});
