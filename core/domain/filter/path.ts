import type { Path } from './condition.ts';
import { FILTER_LIMITS } from './limits.ts';

/** Positions in an array that a path can name. */
const POSITION = /^(0|[1-9]\d{0,8})$/;
const SEPARATOR = '.';

/** Whether a name in a path can be a position in an array. */
export function isPosition(name: string): boolean {
  return POSITION.test(name);
}

/** Whether a filter's strings and names may have the text: see `MATCHABLE` in delivery/accept/emit-statements.ts. */
export function isComparable(text: string): boolean {
  return !text.includes('\u0000') && !text.includes('\u0001');
}

/** Reads a path such as `contact.country`, in which a backslash precedes a dot, a dollar sign or a backslash of a name. */
export function readPath(text: string): Path | { problem: string } {
  const names = [''];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === SEPARATOR) names.push('');
    else if (character !== '\\') names[names.length - 1] += character;
    else {
      const escaped = text[++at];
      if (escaped === undefined || !'.$\\'.includes(escaped)) {
        return { problem: 'a backslash must precede a dot, a dollar sign or another backslash' };
      }
      names[names.length - 1] += escaped;
    }
  }
  if (names.includes('')) return { problem: 'a path must have a name before and after each dot: "contact.country"' };
  if (names.length > FILTER_LIMITS.names) return { problem: `a path must have at most ${FILTER_LIMITS.names} names` };
  if (names.filter(isPosition).length > FILTER_LIMITS.positions) {
    return { problem: `a path must have at most ${FILTER_LIMITS.positions} positions` };
  }
  if (!names.every(isComparable)) return { problem: CONTROL };
  return { text, names };
}

export const CONTROL = 'must not contain the control characters U+0000 and U+0001';
