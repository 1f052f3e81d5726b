import type { ExactNumber } from '../exact-json.ts';

export type Scalar = string | boolean | null | ExactNumber;

/** Where a value is in an event's `data`. */
export interface Path {
  /** As the filter has it: `contact.country`. */
  text: string;
  /** Names of members. One that is a position, such as `0`, also leads into an array. */
  names: readonly string[];
}

export type Comparison = '>' | '>=' | '<' | '<=';

/** A condition on one value. A path that leads nowhere meets none of them. */
export type Test =
  | { kind: 'exists'; path: Path }
  /** The value is one of these, and of the same type. */
  | { kind: 'equals'; path: Path; values: readonly Scalar[] }
  /** The value is of the type of `value`. Numbers compare exactly, strings by code point. */
  | { kind: 'compares'; path: Path; comparison: Comparison; value: string | ExactNumber }
  | { kind: 'starts'; path: Path; prefix: string };

/** A filter that was read, or a part of one. */
export type Condition =
  | { kind: 'all'; of: readonly Condition[] }
  | { kind: 'any'; of: readonly Condition[] }
  | { kind: 'not'; of: Condition }
  | Test;
