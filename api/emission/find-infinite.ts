import { formatPath } from '../../core/contracts/issues.ts';

/**
 * A large exponent, a number too long for a double, or a long number with a two-digit exponent. Also matches inside strings, so a
 * match requires a closer look.
 */
const SUSPECT = /\d[eE]\+?\d{3}|\d{309}|\d{200}(?:\.\d+)?[eE]\+?\d{2}/;

/**
 * The path, below `at`, of a number in a JSON text that is too large for a double; null if there is none. PHP parses it as infinity,
 * which json_encode refuses, so a PHP receiver could not check the signature of the payload.
 */
export function findInfinite(json: string, at: string): string | null {
  if (!SUSPECT.test(json)) return null;
  const path = search(JSON.parse(json));
  if (path === null) return null;
  const inner = formatPath(path);
  return at + (inner === '' || inner.startsWith('[') ? '' : '.') + inner;
}

function search(value: unknown): PropertyKey[] | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : [];
  if (typeof value !== 'object' || value === null) return null;
  const entries: Iterable<[PropertyKey, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, inner] of entries) {
    const found = search(inner);
    if (found !== null) return [key, ...found];
  }
  return null;
}
