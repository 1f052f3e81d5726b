import { expect, test } from 'vitest';
import { neighbour } from './row-moves.ts';

test('moving stops at the first and last row', () => {
  const ids = ['a', 'b', 'c', 'd'];
  expect(neighbour(ids, undefined, 1)).toBe('a');
  expect(neighbour(ids, 'b', 1)).toBe('c');
  expect(neighbour(ids, 'd', 1)).toBe('d');
  expect(neighbour(ids, 'a', -1)).toBe('a');
  expect(neighbour([], 'a', 1)).toBeUndefined();
});
