/** Counts stop at this number. */
export const MOST_COUNTED = 10_000;

/** A count that may have stopped early. */
export interface Counted {
  /** At most `MOST_COUNTED`. */
  count: number;
  /** False: there may be more. */
  exact: boolean;
}
