import { expect, test } from 'vitest';
import { splitBatches } from './batches.ts';
import type { EventInput } from './types.ts';

async function split(events: Iterable<EventInput>): Promise<string[][]> {
  const batches: string[][] = [];
  for await (const batch of splitBatches(events)) batches.push(batch);
  return batches;
}

const repeat = (count: number, data: object): EventInput[] =>
  Array.from({ length: count }, () => ({ event: 'contact.created', data }));

test('a batch has at most 1,000 events', async () => {
  expect((await split(repeat(2_001, {}))).map((batch) => batch.length)).toEqual([1_000, 1_000, 1]);
  expect((await split(repeat(1_000, {}))).map((batch) => batch.length)).toEqual([1_000]);
  expect(await split([])).toEqual([]);
});

test('a batch has at most 8 MiB, counted in UTF-8', async () => {
  const batches = await split(repeat(5, { text: 'é'.repeat(1_500_000) }));
  expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
  const [large] = await split(repeat(1, { text: 'x'.repeat(9 * 1024 * 1024) }));
  expect(large).toHaveLength(1);
});

test('each event keeps its key and time, or gets a random key', async () => {
  const [batch] = await split([
    { event: 'contact.created', data: { id: '1' }, idempotencyKey: 'mine', timestamp: new Date(0) },
    ...repeat(2, {}),
  ]);
  const [first, second, third] = batch!.map((item) => JSON.parse(item) as Record<string, unknown>);
  expect(first).toEqual({
    event: 'contact.created',
    data: { id: '1' },
    timestamp: '1970-01-01T00:00:00.000Z',
    idempotency_key: 'mine',
  });
  expect(second).toEqual({
    event: 'contact.created',
    data: {},
    idempotency_key: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(third!['idempotency_key']).not.toBe(second!['idempotency_key']);
});
