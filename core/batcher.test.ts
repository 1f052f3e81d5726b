import { afterEach, expect, test, vi } from 'vitest';
import { Batcher, OverloadedError, type BatcherOptions } from './batcher.ts';

type Options = Partial<BatcherOptions<number, number>>;

afterEach(() => void vi.useRealTimers());

function recording(options: Options = {}) {
  const batches: number[][] = [];
  const releases: (() => void)[] = [];
  const batcher = new Batcher<number, number>({
    maxItems: 10,
    weigh: (item) => item,
    ...options,
    run: async (items) => {
      batches.push(items);
      await new Promise<void>((resolve) => releases.push(resolve));
      return items.map((item) => item * 2);
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { batcher, batches, turn, release: () => releases.shift()!() };
}

test('what arrives in one turn shares a batch, what comes later gathers behind it', async () => {
  const { batcher, batches, turn, release } = recording();
  const first = [batcher.add(1), batcher.add(2)];
  await turn();
  const second = [batcher.add(3), batcher.add(4)];
  await turn();
  expect(batches).toEqual([[1, 2]]);
  release();
  expect(await Promise.all(first)).toEqual([2, 4]);
  await turn();
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  release();
  expect(await Promise.all(second)).toEqual([6, 8]);
});

test('a batch closes at its size and at its weight', async () => {
  const { batcher, batches, turn, release } = recording({ maxItems: 3, maxWeight: 100 });
  for (const item of [1, 2, 3, 4, 200, 5]) void batcher.add(item);
  await turn();
  while (batches.length < 4) {
    release();
    await turn();
  }
  expect(batches).toEqual([[1, 2, 3], [4], [200], [5]]);
});

test('more than may wait is refused', async () => {
  const { batcher } = recording({ maxWaiting: 2 });
  void batcher.add(1);
  void batcher.add(2);
  await expect(batcher.add(3)).rejects.toBeInstanceOf(OverloadedError);
});

test('a failed batch rejects its own items and no others', async () => {
  let failures = 1;
  const batcher = new Batcher<number, number>({
    maxItems: 1,
    run: async (items) => {
      if (failures-- > 0) throw new Error('the database is away');
      return items;
    },
  });
  const [first, second] = await Promise.allSettled([batcher.add(1), batcher.add(2)]);
  expect(first).toMatchObject({ status: 'rejected' });
  expect(second).toEqual({ status: 'fulfilled', value: 2 });
});

test.each([
  ['40 times the 2.5 ms that a batch takes on average', {}, 100],
  ['but no longer than it may be', { longestGapMs: 60 }, 60],
])('with a gap a batch gathers: %s', async (_, options, gapMs) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  const { batcher, batches, turn, release } = recording({ gap: 40, ...options });
  void batcher.add(1);
  await turn();
  vi.advanceTimersByTime(10);
  release();
  await turn();
  void batcher.add(2);
  await turn();
  vi.advanceTimersByTime(gapMs - 12);
  void batcher.add(3);
  await turn();
  expect(batches).toEqual([[1]]);
  vi.advanceTimersByTime(2);
  await turn();
  expect(batches).toEqual([[1], [2, 3]]);
  release();
});

test('before it is known what a batch takes, the gap is the longest', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  const { batcher, batches, turn, release } = recording({ gap: 8, longestGapMs: 100 });
  void batcher.add(1);
  await turn();
  release();
  await turn();
  void batcher.add(2);
  await turn();
  vi.advanceTimersByTime(70);
  await turn();
  expect(batches).toEqual([[1]]);
  vi.advanceTimersByTime(30);
  await turn();
  expect(batches).toEqual([[1], [2]]);
  release();
});
