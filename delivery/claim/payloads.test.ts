import { expect, test } from 'vitest';
import { choose, inTurns } from './payloads.ts';

const row = (id: number, webhook: string, bytes: number) => ({ id, webhook_id: webhook, bytes });

test('large payloads of one webhook leave capacity for those of the others', () => {
  const large = [1, 2, 3, 4, 5].map((id) => row(id, 'large', 40));
  const small = [6, 7].map((id) => row(id, 'small', 5));
  const { rows, left } = choose(inTurns([...large, ...small]), 100);
  expect(rows.map(({ id }) => id)).toEqual([1, 6, 2, 7]);
  expect(left.map(({ id }) => id)).toEqual([3, 4, 5]);
});

test('a smaller payload passes one that does not fit', () => {
  const { rows, left } = choose([row(1, 'a', 60), row(2, 'b', 60), row(3, 'c', 10)], 100);
  expect([rows.map(({ id }) => id), left.map(({ id }) => id)]).toEqual([[1, 3], [2]]);
});
