import { expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

function controlled(concurrency: number) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const lanes = new Lanes<string>(concurrency, (job) => {
    begun.push(job);
    return new Promise((resolve) => ends.set(job, resolve));
  });
  const end = async (job: string) => {
    ends.get(job)!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lanes, begun, end };
}

test('a full lane makes its own webhook wait and nobody else', async () => {
  const { lanes, begun, end } = controlled(2);
  for (const job of ['a1', 'a2', 'a3']) lanes.add('a', job);
  lanes.add('b', 'b1');
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  await end('a1');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('a webhook is saturated when as many wait as run, and no longer when they have begun', async () => {
  const { lanes, end } = controlled(1);
  lanes.add('a', 'a1');
  expect(lanes.saturated()).toEqual([]);
  lanes.add('a', 'a2');
  expect(lanes.saturated()).toEqual(['a']);
  await end('a1');
  expect(lanes.saturated()).toEqual([]);
});

test('what has not begun can be taken out, and a lane works again afterwards', async () => {
  const { lanes, begun, end } = controlled(1);
  for (const job of ['a1', 'a2', 'a3']) lanes.add('a', job);
  expect(lanes.clear()).toEqual(['a2', 'a3']);
  await end('a1');
  lanes.add('a', 'a4');
  expect(begun).toEqual(['a1', 'a4']);
});
