/** One bar's part: from `y` down over `height`, both in pixels from the top. */
interface Segment<Key extends string> {
  key: Key;
  y: number;
  height: number;
}

export interface Bar<Key extends string> {
  x: number;
  width: number;
  segments: Segment<Key>[];
}

interface Area {
  width: number;
  height: number;
}

/** What is there is seen, however small its share. */
const SMALLEST_HEIGHT = 1.5;
const GAP_SHARE = 0.22;

/** Stacked bars, the first key at the bottom; `max` reaches the top of the area. */
export function stackBars<Key extends string>(
  rows: readonly Readonly<Record<Key, number>>[],
  keys: readonly Key[],
  max: number,
  area: Area,
): Bar<Key>[] {
  const step = area.width / Math.max(1, rows.length);
  const width = Math.max(1, step * (1 - GAP_SHARE));
  return rows.map((row, index) => {
    let top = area.height;
    const segments = keys.flatMap((key) => {
      if (row[key] <= 0) return [];
      const height = Math.max(SMALLEST_HEIGHT, (row[key] / max) * area.height);
      top -= height;
      return [{ key, y: top, height }];
    });
    return { x: index * step + (step - width) / 2, width, segments };
  });
}

/** The whole numbers at the lines of an axis from 0 to at least `max`, two to five of them. */
export function countTicks(max: number): number[] {
  const step = niceStep(Math.max(1, max) / 4);
  const ticks = [0];
  while (ticks.at(-1)! < Math.max(1, max)) ticks.push(ticks.at(-1)! + step);
  return ticks;
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least)!;
}
