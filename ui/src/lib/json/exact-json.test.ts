import { expect, test } from 'vitest';
import { ExactNumber, isObject, parseExact, writeExact } from './exact-json.ts';

test('what is read is written again, to the digit', () => {
  const text = '{"n":12345678901234567890,"f":1.10e-7,"a":[true,null,"a\\"b",{}],"o":{"x":-0}}';
  expect(writeExact(parseExact(text))).toBe(text);
});

test('a number is no object, and neither is a list', () => {
  expect(parseExact('5')).toEqual(new ExactNumber('5'));
  expect(['5', '[]', 'null', '"x"', '{}'].map((text) => isObject(parseExact(text)))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});

test('what is no JSON is refused', () => {
  expect(() => parseExact('{"a":}')).toThrow(SyntaxError);
});
