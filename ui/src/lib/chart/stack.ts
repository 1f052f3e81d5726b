/** One part of a stacked bar. `y` is its upper edge; `y` and `height` are in pixels from the top. */
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

/** The minimum height in pixels of a value above 0, so that it stays visible. */
const SMALLEST_HEIGHT = 1.5;
const GAP_SHARE = 0.22;

/** Stacks bars with the first key at the bottom. A bar of `max` fills the height. */
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

/** Two to five whole-number ticks for an axis from 0 to at least `max`. */
export function countTicks(max: number): number[] {
  const step = niceStep(Math.max(1, max) / 4);
  const ticks = [0];
  while (ticks.at(-1)! < Math.max(1, max)) ticks.push(ticks.at(-1)! + step);
  return ticks;
}

/** Rounds up to 1, 2, 5, 10, 20, 50 and so on. */
function niceStep(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least)!;
}
