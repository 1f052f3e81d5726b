import { expect, test } from 'vitest';
import { indentJson } from './indent-json.ts';

test('each member gets a line', () => {
  expect(indentJson('{"a":{"b":[1,2]},"c":"x"}')).toBe(
    '{\n  "a": {\n    "b": [\n      1,\n      2\n    ]\n  },\n  "c": "x"\n}',
  );
});

test('numbers and escapes stay unchanged', () => {
  const body = String.raw`{"n":12345678901234567890,"f":1.0e-7,"s":"a\/b{\"c\":1} \ud83d\ude00, [x]"}`;
  expect(indentJson(body).replaceAll(/\n\s*/g, '').replaceAll('": ', '":')).toBe(body);
});

test('empty objects and arrays stay on one line', () => {
  expect(indentJson('{"a":{},"b":[ ]}')).toBe('{\n  "a": {},\n  "b": []\n}');
});

test('invalid JSON is returned unchanged', () => {
  expect(indentJson('<h1>No</h1>')).toBe('<h1>No</h1>');
  expect(indentJson('{"cut":')).toBe('{"cut":');
});
