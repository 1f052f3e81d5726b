export interface Stop {
  /** In pixels from the left. */
  x: number;
  /** Whether its label fits beside those of its neighbours. */
  labelled: boolean;
}

/**
 * Places attempts on a line. Distances grow with the square root of the time, so early attempts stay distinguishable and later
 * gaps still look longer. The last label is always kept; labels that would overlap are dropped.
 * @param labelWidth the minimum distance between the centres of two labels, in pixels
 */
export function layOut(tries: readonly number[], width: number, labelWidth: number): Stop[] {
  const longest = Math.sqrt(Math.max(1, tries.at(-1)!));
  const places = tries.map((at) => (Math.sqrt(at) / longest) * width);
  const last = places.length - 1;
  let before = -Infinity;
  return places.map((x, index) => {
    const labelled = index === last || (x - before >= labelWidth && places[last]! - x >= labelWidth);
    if (labelled) before = x;
    return { x, labelled };
  });
}
