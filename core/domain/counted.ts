/** Deliveries are counted up to so many. */
export const MOST_COUNTED = 10_000;

/** A count that may be cut short. */
export interface Counted {
  /** At most `MOST_COUNTED`. */
  count: number;
  /** False: there may be more. */
  exact: boolean;
}
