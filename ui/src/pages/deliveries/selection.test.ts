import { expect, test } from 'vitest';
import { rangeBetween } from './selection.ts';

const ids = ['a', 'b', 'c', 'd'];

test('a range works in both directions, and is one row if its start is unknown', () => {
  expect(rangeBetween(ids, 'b', 'd')).toEqual(['b', 'c', 'd']);
  expect(rangeBetween(ids, 'c', 'a')).toEqual(['a', 'b', 'c']);
  expect(rangeBetween(ids, undefined, 'c')).toEqual(['c']);
  expect(rangeBetween(ids, 'gone', 'c')).toEqual(['c']);
});
