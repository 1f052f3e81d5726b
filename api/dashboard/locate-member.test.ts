import { expect, test } from 'vitest';
import { lineAndColumn, locateMember } from './locate-member.ts';

const TEXT = `{
  "status": "pending, or {not}",
  "$or": [ {"a": 1},
    {"a": {"$in": [1, "x\\"", {}]}, "b": [] }
  ]
}`;

test.each([
  [[], '{\n'],
  [['status'], '"status"'],
  [['$or'], '"$or"'],
  [['$or', 0], '{"a": 1}'],
  [['$or', 1, 'a', '$in'], '"$in"'],
  [['$or', 1, 'a', '$in', 2], '{}'],
  [['$or', 1, 'b'], '"b"'],
])('%j', (path, beginning) => {
  expect(TEXT.slice(locateMember(TEXT, path))).toMatch(
    new RegExp(`^${beginning.replaceAll(/[[\]{}$"]/g, String.raw`\$&`)}`),
  );
});

test('of several members with the same name, the last counts', () => {
  expect(locateMember('{"a":1,"a":2}', ['a'])).toBe(7);
});

test('a place has a line and a column', () => {
  expect(lineAndColumn(TEXT, TEXT.indexOf('"$or"'))).toEqual({ line: 3, column: 3 });
  expect(lineAndColumn('', 0)).toEqual({ line: 1, column: 1 });
});
