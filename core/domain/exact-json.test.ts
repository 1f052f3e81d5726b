import { expect, test } from 'vitest';
import { ExactNumber, isObject, parseExact, writeExact } from './exact-json.ts';

test('parsing and writing keeps every digit', () => {
  const text = '{"n":12345678901234567890,"f":1.10e-7,"a":[true,null,"a\\"b",{}],"o":{"x":-0}}';
  expect(writeExact(parseExact(text))).toBe(text);
  expect(JSON.stringify(parseExact(text))).toBe(text);
});

test('a number is not an object, and neither is an array', () => {
  expect(parseExact('5')).toEqual(new ExactNumber('5'));
  expect(['5', '[]', 'null', '"x"', '{}'].map((text) => isObject(parseExact(text)))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});

test('invalid JSON is refused', () => {
  expect(() => parseExact('{"a":}')).toThrow(SyntaxError);
});
