import { ExactNumber } from '../../core/domain/exact-json.ts';
import { compareNumbers, compareStrings } from '../../core/domain/filter/compare.ts';
import type { Comparison, Condition, Scalar, Test } from '../../core/domain/filter/condition.ts';
import type { JsonNode } from './json-node.ts';

const MOST_REASONS = 3;
const LONGEST = 60;

/**
 * The condition of a filter that an event's `data` does not meet: `amount is 50, not >= 100`. Null if it matches. It decides as the
 * jsonpath of the filter does when an event is accepted (delivery/accept/write-jsonpath.ts).
 */
export function explainMismatch(filter: Condition, data: JsonNode): string | null {
  return explain(filter, data, false);
}

function explain(condition: Condition, data: JsonNode, negated: boolean): string | null {
  if (condition.kind === 'not') return explain(condition.of, data, !negated);
  if (condition.kind !== 'all' && condition.kind !== 'any') return explainTest(condition, data, negated);
  const needsAll = (condition.kind === 'all') !== negated;
  const reasons: string[] = [];
  for (const part of condition.of) {
    const reason = explain(part, data, negated);
    if (needsAll && reason !== null) return reason;
    if (!needsAll && reason === null) return null;
    if (reason !== null) reasons.push(reason);
  }
  return needsAll ? null : joinReasons(reasons);
}

/** An alternative fails for the reasons of all its parts. */
function joinReasons(reasons: string[]): string {
  const different = [...new Set(reasons)];
  const more = different.length - MOST_REASONS;
  return [...different.slice(0, MOST_REASONS), ...(more > 0 ? [`${more} more conditions fail`] : [])].join('; and ');
}

function explainTest(test: Test, data: JsonNode, negated: boolean): string | null {
  const value = data.at(test.path.names);
  const met = value !== undefined && meets(test, value.text);
  if (met !== negated) return null;
  const { text } = test.path;
  if (value === undefined) return `${text} is missing`;
  return `${text} is ${describeValue(value.text)}, ${negated ? describeExcluded(test) : describeWanted(test)}`;
}

/** `json` is a value's text. */
function meets(test: Test, json: string): boolean {
  switch (test.kind) {
    case 'exists':
      return true;
    case 'equals':
      return test.values.some((value) => equals(value, json));
    case 'compares':
      return compares(test.comparison, test.value, json);
    case 'starts':
      return isString(json) && decode(json).startsWith(test.prefix);
  }
}

function equals(value: Scalar, json: string): boolean {
  if (value instanceof ExactNumber) return isNumber(json) && compareNumbers(json, value.text) === 0;
  if (typeof value === 'string') return isString(json) && decode(json) === value;
  return json === String(value);
}

const HOLDS: Record<Comparison, (order: number) => boolean> = {
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
};

function compares(comparison: Comparison, value: string | ExactNumber, json: string): boolean {
  if (value instanceof ExactNumber) return isNumber(json) && HOLDS[comparison](compareNumbers(json, value.text));
  return isString(json) && HOLDS[comparison](compareStrings(decode(json), value));
}

const isString = (json: string) => json.startsWith('"');
const isNumber = (json: string) => /^[-\d]/.test(json);
const decode = (json: string) => JSON.parse(json) as string;

function describeWanted(test: Test): string {
  if (test.kind === 'starts') return `which does not start with ${writeScalar(test.prefix)}`;
  return `not ${describeTest(test)}`;
}

function describeExcluded(test: Test): string {
  if (test.kind === 'exists') return 'but must be missing';
  return `but must not be ${describeTest(test)}`;
}

function describeTest(test: Test): string {
  switch (test.kind) {
    case 'exists':
      return 'there';
    case 'compares':
      return `${test.comparison} ${writeScalar(test.value)}`;
    case 'starts':
      return `something that starts with ${writeScalar(test.prefix)}`;
    case 'equals': {
      const values = test.values.map(writeScalar);
      if (values.length === 1) return values[0]!;
      const more = values.length - 5;
      return `one of ${values.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
  }
}

function writeScalar(value: Scalar): string {
  return shorten(value instanceof ExactNumber ? value.text : JSON.stringify(value));
}

function describeValue(json: string): string {
  if (json.startsWith('{')) return 'an object';
  if (json.startsWith('[')) return 'an array';
  return shorten(isString(json) ? JSON.stringify(decode(json)) : json);
}

function shorten(text: string): string {
  const points = [...text.slice(0, 2 * LONGEST)];
  return text.length > LONGEST && points.length > LONGEST ? `${points.slice(0, LONGEST).join('')}…` : text;
}
