import { expect, test } from 'vitest';
import { describeIssues } from '../contracts/issues.ts';
import { createSecretBox } from '../secrets.ts';
import { headers, refuseOwnName } from './headers.ts';
import { changeOptions, openOptions, readOptions, showOptions } from './index.ts';

const box = createSecretBox(Buffer.alloc(32, 7));

function refuse(value: unknown): Record<string, string> {
  const { error } = headers.schema.safeParse(value);
  return Object.fromEntries(error ? describeIssues(error).map(({ path, message }) => [path, message]) : []);
}

test('names are tokens and values are visible ASCII, spaces and tabs', () => {
  const fine = {
    'X-Team': 'billing',
    "!#$%&'*+-.^_`|~9": 'a b\tc',
    Authorization: 'Bearer abc~=',
    constructor: '1',
    toString: '2',
    'x-long': 'x'.repeat(4096),
  };
  expect(refuse(fine)).toEqual({});
  expect(headers.schema.parse(fine)).toEqual(fine);
  for (const name of ['', 'a b', 'a:', 'a\r\nb', 'ä', 'a(b)', 'a\u0000', '"a"', 'a/b', 'a\n']) {
    expect(refuse({ [name]: 'x' }), JSON.stringify(name)).toEqual({ [name]: expect.stringContaining('header name') });
  }
  for (const value of ['a\r\nX-Evil: 1', 'a\nb', 'a\rb', 'a\u0000b', 'ä', '€', 'a\u007f', 'a\u0080', 'a\n']) {
    expect(refuse({ 'X-A': value }), JSON.stringify(value)).toEqual({
      'X-A': expect.stringContaining('no line breaks'),
    });
  }
  for (const value of [' a', 'a ', '\ta', 'a\t', ' ']) {
    expect(refuse({ 'X-A': value }), JSON.stringify(value)).toEqual({ 'X-A': expect.stringContaining('begin or end') });
  }
  expect(refuse({ 'X-A': '' })).toEqual({ 'X-A': 'must be at least 1 character long' });
  expect(refuse({ 'X-A': 7 })).toEqual({ 'X-A': 'must be a string' });
  expect(refuse({ 'X-A': ['a'] })).toEqual({ 'X-A': 'must be a string' });
  expect(refuse([['X-A', 'b']])).toEqual({ '': 'must be an object' });
  expect(refuse(null)).toEqual({ '': 'must be an object' });
});

test('names of the connection, of Posthorn and of the standards that it follows are refused, in any case', () => {
  const refused = [
    ...['Host', 'Content-Length', 'Content-Type', 'Connection', 'Transfer-Encoding', 'Trailer', 'Upgrade', 'TE'],
    ...['Keep-Alive', 'Proxy-Authorization', 'Proxy-Connection', 'Expect', 'Content-Encoding', 'User-Agent'],
    ...['Accept-Encoding', 'HTTP2-Settings', 'X-Posthorn-Event'],
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'traceparent', 'tracestate'],
  ];
  for (const name of refused.flatMap((each) => [each, each.toLowerCase(), each.toUpperCase()])) {
    expect(refuse({ [name]: 'x' }), name).toEqual({ [name]: expect.stringContaining('choose another name') });
  }
  expect(refuseOwnName('x-urpa-signature', ['X-URPA-', 'X-4Calls-'])).toContain('set by Posthorn');
  expect(refuseOwnName('X-4CALLS-Anything', ['X-URPA-', 'X-4Calls-'])).toContain('set by Posthorn');
  expect(refuseOwnName('X-URP', ['X-URPA-', 'X-4Calls-'])).toBeNull();
});

test('names that differ in case alone, too many and too large headers are refused', () => {
  expect(refuse({ 'X-A': '1', 'x-a': '2' })).toEqual({
    'X-A': expect.stringContaining('more than once'),
    'x-a': expect.stringContaining('more than once'),
  });
  const many = (count: number, value = 'x') =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, value]));
  expect(refuse(many(20))).toEqual({});
  expect(refuse(many(21))).toEqual({ '': 'must have at most 20 names' });
  expect(refuse(many(3, 'x'.repeat(3000)))).toEqual({ '': expect.stringContaining('at most 8192 characters') });
  expect(refuse({ 'X-A': 'x'.repeat(4097) })).toEqual({ 'X-A': 'must be at most 4096 characters long' });
  expect(refuse({ ['x'.repeat(101)]: 'x' })).toEqual({ ['x'.repeat(101)]: 'must be at most 100 characters long' });
});

test('values are stored sealed, shown unless they look like credentials, and opened for attempts', () => {
  const given = { 'X-Team': 'billing', Authorization: 'Bearer abcdef', 'X-Api-Key': 'k-123456' };
  const stored = changeOptions({}, { headers: given }, box);
  for (const value of Object.values(given)) expect(JSON.stringify(stored)).not.toContain(value);
  const options = readOptions(stored);
  expect(openOptions(options, box).headers).toEqual(given);
  const shown = { 'X-Team': 'billing', Authorization: '[redacted]', 'X-Api-Key': '[redacted]' };
  expect(showOptions(options, box).headers).toEqual(shown);

  const kept = changeOptions(stored, { headers: { authorization: '[redacted]', 'X-Team': 'sales' } }, box);
  expect(openOptions(readOptions(kept), box).headers).toEqual({ authorization: 'Bearer abcdef', 'X-Team': 'sales' });
  expect(() => changeOptions(kept, { headers: { 'X-Api-Key': '[redacted]' } }, box)).toThrow('no value is stored');
  expect(() => changeOptions({}, { headers: { toString: '[redacted]' } }, box)).toThrow('no value is stored');
  expect(changeOptions(kept, { limits: { rate: 5 } }, box).headers).toEqual(kept.headers);
});

test('with another master key, nothing is shown and nothing is opened', () => {
  const options = readOptions(changeOptions({}, { headers: { 'X-Team': 'billing' } }, box));
  const other = createSecretBox(Buffer.alloc(32, 8));
  expect(showOptions(options, other).headers).toEqual({ 'X-Team': '[redacted]' });
  expect(() => openOptions(options, other)).toThrow('does not open with POSTHORN_MASTER_KEY');
});

test('a header of the request itself is never replaced', () => {
  const request = { url: 'https://receiver.example', headers: { 'X-New-Id': '1', 'content-type': 'a' }, body: '' };
  const added = { 'x-new-id': '2', 'Content-Type': 'b', 'X-Team': 'billing' };
  expect(headers.onRequest!(added, request).headers).toEqual({ ...request.headers, 'X-Team': 'billing' });
});
