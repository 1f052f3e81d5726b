export const FILTER_LIMITS = {
  /** Of the filter as JSON. */
  bytes: 8_192,
  /** Conditions on one value, in all. */
  conditions: 100,
  /** `$and`, `$or` and `$not` inside each other. */
  depth: 10,
  /** Of one `$in` or `$nin`. */
  values: 200,
  /** Of one path. */
  names: 20,
  /** Of one path: names that may be positions in an array. Each doubles the paths that are looked up. */
  positions: 3,
};
