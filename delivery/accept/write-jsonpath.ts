import { ExactNumber } from '../../core/domain/exact-json.ts';
import type { Comparison, Condition, Path, Scalar, Test } from '../../core/domain/filter/condition.ts';
import { isPosition } from '../../core/domain/filter/path.ts';

/**
 * A filter as PostgreSQL's jsonpath, to be matched with a whole body: `{"status": "pending"}` is
 * `strict ($."data"."status" == "pending")`. It is true if the event matches, else false or unknown.
 *
 * Strict mode: in lax mode, each comparison would also look into arrays. A path that leads nowhere makes a test unknown, and so does
 * a value of another type. Negation is written at the tests, so that it covers "unknown" too.
 */
export function writeJsonPath(filter: Condition): string {
  return `strict ${write(filter, false)}`;
}

function write(condition: Condition, negated: boolean): string {
  if (condition.kind === 'not') return write(condition.of, !negated);
  if (condition.kind === 'all' || condition.kind === 'any') {
    const operator = (condition.kind === 'all') === negated ? ' || ' : ' && ';
    return `(${condition.of.map((part) => write(part, negated)).join(operator)})`;
  }
  const places = writePaths(condition.path);
  const test = `(${places.map((place) => writeTest(condition, place)).join(' || ')})`;
  return negated ? `(!${test} || ${test} is unknown)` : test;
}

function writeTest(test: Test, place: string): string {
  switch (test.kind) {
    case 'exists':
      return `exists(${place})`;
    case 'compares':
      return `${place} ${test.comparison satisfies Comparison} ${writeScalar(test.value)}`;
    case 'starts':
      return `${place} starts with ${JSON.stringify(test.prefix)}`;
    case 'equals': {
      const [first, ...others] = test.values;
      if (others.length === 0) return `${place} == ${writeScalar(first!)}`;
      return `exists(${place} ? (${test.values.map((value) => `@ == ${writeScalar(value)}`).join(' || ')}))`;
    }
  }
}

function writeScalar(value: Scalar): string {
  return value instanceof ExactNumber ? value.text : JSON.stringify(value);
}

/** One for each way to read the names that may be positions; at most one of them leads somewhere. */
function writePaths({ names }: Path): string[] {
  return names.reduce<string[]>(
    (paths, name) =>
      paths.flatMap((path) => [`${path}.${JSON.stringify(name)}`, ...(isPosition(name) ? [`${path}[${name}]`] : [])]),
    ['$."data"'],
  );
}
