import { expect, test } from 'vitest';
import { indentJson } from './indent-json.ts';

test('members get lines of their own', () => {
  expect(indentJson('{"a":{"b":[1,2]},"c":"x"}')).toBe(
    '{\n  "a": {\n    "b": [\n      1,\n      2\n    ]\n  },\n  "c": "x"\n}',
  );
});

test('numbers and escapes stay as they were sent', () => {
  const body = String.raw`{"n":12345678901234567890,"f":1.0e-7,"s":"a\/b{\"c\":1} \ud83d\ude00, [x]"}`;
  expect(indentJson(body).replaceAll(/\n\s*/g, '').replaceAll('": ', '":')).toBe(body);
});

test('empty ones stay together', () => {
  expect(indentJson('{"a":{},"b":[ ]}')).toBe('{\n  "a": {},\n  "b": []\n}');
});

test('what is no JSON is left alone', () => {
  expect(indentJson('<h1>No</h1>')).toBe('<h1>No</h1>');
  expect(indentJson('{"cut":')).toBe('{"cut":');
});
