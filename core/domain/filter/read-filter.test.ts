import { expect, test } from 'vitest';
import { ExactNumber, parseExact } from '../exact-json.ts';
import { FILTER_LIMITS } from './limits.ts';
import { readFilter } from './read-filter.ts';

const path = (text: string, names = text.split('.')) => ({ text, names });
const equals = (text: string, ...values: unknown[]) => ({ kind: 'equals', path: path(text), values });

test.each([
  [{ status: 'pending' }, equals('status', 'pending')],
  [{ status: null }, equals('status', null)],
  [
    { a: true, 'b.c': 'x' },
    { kind: 'all', of: [equals('a', true), equals('b.c', 'x')] },
  ],
  [{ a: { $ne: 'x' } }, { kind: 'not', of: equals('a', 'x') }],
  [{ a: { $in: ['x', null, false] } }, equals('a', 'x', null, false)],
  [{ a: { $nin: ['x'] } }, { kind: 'not', of: equals('a', 'x') }],
  [{ a: { $exists: false } }, { kind: 'not', of: { kind: 'exists', path: path('a') } }],
  [{ a: { $startsWith: 'x' } }, { kind: 'starts', path: path('a'), prefix: 'x' }],
  [{ a: { $not: { $gt: 'x' } } }, { kind: 'not', of: { kind: 'all', of: [compares('>', 'x')] } }],
  [{ a: { $gte: 'b', $lt: 'c' } }, { kind: 'all', of: [compares('>=', 'b'), compares('<', 'c')] }],
  [{ $or: [{ a: 1 }, { b: 2 }] }, { kind: 'any', of: [equals('a', number('1')), equals('b', number('2'))] }],
  [{ $not: { $and: [{ a: 'x' }] } }, { kind: 'not', of: { kind: 'all', of: [equals('a', 'x')] } }],
])('%j is read', (filter, condition) => {
  expect(readFilter(filter)).toEqual({ condition, problems: [] });
});

function compares(comparison: string, value: unknown) {
  return { kind: 'compares', path: path('a'), comparison, value };
}

function number(text: string) {
  return new ExactNumber(text);
}

test('numbers keep every digit', () => {
  const { condition } = readFilter(parseExact('{"a":{"$gt":12345678901234567890}}'));
  expect(condition).toEqual(compares('>', number('12345678901234567890')));
});

test.each([
  [String.raw`a\.b.c`, ['a.b', 'c']],
  [String.raw`\$ref`, ['$ref']],
  [String.raw`a\\b`, [String.raw`a\b`]],
  ['items.0.sku', ['items', '0', 'sku']],
  ['größe.😀', ['größe', '😀']],
])('the path %s has the names %j', (text, names) => {
  expect(readFilter({ [text]: 'x' }).condition).toEqual({ kind: 'equals', path: path(text, names), values: ['x'] });
});

const nested = (depth: number): unknown => (depth === 0 ? { a: 1 } : { $not: nested(depth - 1) });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 1]));

test.each<[unknown, (string | number)[], string]>([
  [[], [], 'must be an object of conditions, such as {"status": "pending"}'],
  [{}, [], 'must not be empty; null means no filter'],
  [{ $or: [] }, ['$or'], 'must not be empty'],
  [{ $and: { a: 1 } }, ['$and'], 'must be a list of conditions, such as {"$and": [{"status": "pending"}]}'],
  [{ $or: [{ a: 1 }, {}] }, ['$or', 1], 'must not be empty'],
  [{ $not: 5 }, ['$not'], 'must be an object of conditions, such as {"status": "pending"}'],
  [{ $gte: 100 }, ['$gte'], 'needs a path before it: {"status": {"$gte": 100}}'],
  [
    { $where: 'x' },
    ['$where'],
    'is no operator; here, $and, $or and $not are possible, or a path such as "status". A name that begins with $ is written \\$where',
  ],
  [
    { a: {} },
    ['a'],
    'must not be empty; operators are $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $startsWith',
  ],
  [{ a: ['x'] }, ['a'], 'must be a string, a number, true, false or null; for several, use {"$in": [...]}'],
  [{ a: { b: 1 } }, ['a', 'b'], 'is no operator; for a member of a, write its path with a dot: "a.b"'],
  [
    { a: { $regex: 'x' } },
    ['a', '$regex'],
    'is not possible: there are no regular expressions; use $startsWith or $in',
  ],
  [
    { a: { $foo: 1 } },
    ['a', '$foo'],
    'is no operator; valid are $not, $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $startsWith',
  ],
  [{ a: { $gt: true } }, ['a', '$gt'], 'must be a number or a string'],
  [{ a: { $exists: 1 } }, ['a', '$exists'], 'must be true or false'],
  [{ a: { $in: 'x' } }, ['a', '$in'], 'must be a list of values'],
  [{ a: { $in: [] } }, ['a', '$in'], 'must not be empty'],
  [
    { a: { $in: ['x', {}] } },
    ['a', '$in', 1],
    'must be a string, a number, true, false or null; for several, use {"$in": [...]}',
  ],
  [{ a: { $in: Array.from({ length: 201 }, () => 1) } }, ['a', '$in'], 'must have at most 200 values; it has 201'],
  [{ a: { $startsWith: 5 } }, ['a', '$startsWith'], 'must be a string'],
  [{ a: { $not: { $not: { $eq: 1 } } } }, ['a', '$not', '$not'], 'must not be in another $not'],
  [{ a: { $not: 'x' } }, ['a', '$not'], 'must be an object of operators, such as {"$gte": 100}'],
  [{ 'a..b': 1 }, ['a..b'], 'a path must have a name before and after each dot: "contact.country"'],
  [{ '': 1 }, [''], 'a path must have a name before and after each dot: "contact.country"'],
  [{ 'a\\b': 1 }, ['a\\b'], 'a backslash must precede a dot, a dollar sign or another backslash'],
  [{ 'a.0.1.2.3': 1 }, ['a.0.1.2.3'], 'a path must have at most 3 positions'],
  [{ a: 'x\u0000' }, ['a'], 'must not contain the control characters U+0000 and U+0001'],
  [{ 'a\u0001': 'x' }, ['a\u0001'], 'must not contain the control characters U+0000 and U+0001'],
  [{ a: new ExactNumber('1e400') }, ['a'], 'is too large for a number'],
  [
    nested(11),
    Array.from({ length: 11 }, () => '$not'),
    'must not be deeper: $and, $or and $not may contain each other 10 times at most',
  ],
  [many(101), [], 'must have at most 100 conditions; it has 101'],
  [{ a: 'x'.repeat(FILTER_LIMITS.bytes) }, [], 'must have at most 8192 bytes as JSON; it has 8200'],
])('%#: what is wrong is named with its place', (filter, place, message) => {
  expect(readFilter(filter)).toEqual({ condition: null, problems: [{ path: place, message }] });
});

test.each([[nested(10)], [many(100)], [{ a: { $in: Array.from({ length: 200 }, () => 1) } }]])(
  '%#: the limits themselves are allowed',
  (filter) => {
    expect(readFilter(filter).problems).toEqual([]);
  },
);

test('several problems are named together', () => {
  expect(readFilter({ a: { $gt: null }, $or: [{ b: [] }] }).problems.map(({ path: place }) => place)).toEqual([
    ['a', '$gt'],
    ['$or', 0, 'b'],
  ]);
});
