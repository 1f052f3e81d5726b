import { expect, test } from 'vitest';
import { countTicks, stackBars } from './stack.ts';

test('bars are stacked with the first series at the bottom', () => {
  const rows = [
    { good: 6, bad: 2 },
    { good: 0, bad: 4 },
  ];
  const [first, second] = stackBars(rows, ['good', 'bad'], 8, { width: 100, height: 80 });
  expect(first!.segments).toEqual([
    { key: 'good', y: 20, height: 60 },
    { key: 'bad', y: 0, height: 20 },
  ]);
  expect(second!.segments).toEqual([{ key: 'bad', y: 40, height: 40 }]);
  expect(second!.x).toBeGreaterThan(first!.x + first!.width);
});

test('a tiny share is still visible', () => {
  const [bar] = stackBars([{ good: 1 }], ['good'], 1_000_000, { width: 10, height: 100 });
  expect(bar!.segments[0]!.height).toBeGreaterThan(1);
});

test.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [130, [0, 50, 100, 150]],
  [4200, [0, 2000, 4000, 6000]],
])('the axis of %i has whole numbers', (max, ticks) => {
  expect(countTicks(max)).toEqual(ticks);
});
