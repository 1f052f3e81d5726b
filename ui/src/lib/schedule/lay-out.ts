export interface Stop {
  /** From the left, in pixels. */
  x: number;
  /** Whether its label has room beside those of its neighbours. */
  labelled: boolean;
}

/**
 * Places attempts on a line. Distances grow with the square root of the time: so the first ones, which are close together, can
 * be told apart, and the last ones are still seen to be the longest apart. The last label is kept, and those that would touch
 * it go.
 * @param labelWidth the least distance between the middles of two labels, in pixels
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
