import { expect, test } from 'vitest';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { findValues } from './find-values.ts';

const find = (json: string, ...paths: string[]) => findValues(encodePhpJson(json), paths);

test('finds strings and numbers at each path, each once', () => {
  const data = '{"id":"a/ü😀","contact":{"id":9007199254740993,"email":"ada@example.com"},"phone":"a/ü😀"}';
  expect(find(data, 'id', 'contact.id', 'contact.email', 'phone')).toEqual([
    'a/ü😀',
    '9007199254740993',
    'ada@example.com',
  ]);
});

test.each([
  ['nothing there', '{"a":1}'],
  ['null', '{"id":null}'],
  ['a boolean', '{"id":true}'],
  ['an object', '{"id":{}}'],
  ['an array', '{"id":["x"]}'],
  ['a string with U+0000', '{"id":"a\\u0000b"}'],
  ['a string with a line break', '{"id":"a\\nb"}'],
  ['an empty string', '{"id":" "}'],
  ['a string that is too long', JSON.stringify({ id: 'x'.repeat(256) })],
  ['data that is an array', '[{"id":1}]'],
])('skips %s', (_what, json) => {
  expect(find(json, 'id')).toEqual([]);
});

test('does not look into what is not an object', () => {
  expect(find('{"contact":"ada","contacts":[{"id":1}]}', 'contact.id', 'contacts.id')).toEqual([]);
});
