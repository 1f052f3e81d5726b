import { describe, expect, test } from 'vitest';
import type { FieldError } from '../../core/contracts/errors.ts';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { urpa } from '../../core/platforms/urpa.ts';
import { splitObject } from '../../delivery/body/split.ts';
import { readEvent, readKeyHeader, readKeyMember, timestampOf } from './read-event.ts';

const types = urpa.eventTypes.filter(({ type }) => type.startsWith('contact.'));
const reader = { platform: 'urpa', eventTypes: new Map(types.map((one) => [one.type, one])) };

function read(json: string, key?: string) {
  const errors: FieldError[] = [];
  const emission = readEvent(reader, splitObject(encodePhpJson(json))!, 'org', key, errors);
  return { emission, errors };
}

const hashOf = (json: string) => read(json, 'k').emission!.idempotency!.hash.toString('hex');

test('the payload has its members in order, and its timestamp can be read back', () => {
  const { emission } = read(
    '{"timestamp":"2026-01-22T10:30:00Z","data":{"a":"/","id":7,"email":"ada@example.com"},"more":1,"event":"contact\\u002ecreated"}',
  );
  expect(emission).toEqual({
    platform: 'urpa',
    orgId: 'org',
    eventType: 'contact.created',
    body: '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"a":"\\/","id":7,"email":"ada@example.com"}}',
    values: ['7', 'ada@example.com'],
    idempotency: null,
    trace: null,
  });
  expect(timestampOf('contact.created', emission!.body)).toBe('2026-01-22T10:30:00Z');
});

test('the last of several equal keys counts', () => {
  expect(read('{"event":"x","data":1,"event":"contact.created","data":{}}').errors).toEqual([]);
});

test('all errors are reported at once', () => {
  const { emission, errors } = read('{"event":{},"data":7,"timestamp":1}');
  expect(emission).toBeNull();
  expect(errors).toEqual([
    { path: 'event', message: 'unknown event type {}; valid are contact.created, contact.updated' },
    { path: 'data', message: 'must be a JSON object or array' },
    { path: 'timestamp', message: expect.stringContaining('2026-01-22T10:30:00Z') },
  ]);
});

test.each([
  ['{"a":{"b c":[1,1e400]}}', 'data.a.b c[1]'],
  ['[-1E+999]', 'data[0]'],
  [`{"n":${'9'.repeat(400)}}`, 'data.n'],
  [`{"n":${'9'.repeat(250)}e60}`, 'data.n'],
  [`{"n":${'9'.repeat(250)}.5E+60}`, 'data.n'],
])('a number that PHP cannot encode is refused with its path: %s', (data, path) => {
  const { emission, errors } = read(`{"event":"contact.created","data":${data}}`);
  expect(emission).toBeNull();
  expect(errors).toEqual([{ path, message: 'is too large for a number; send it as a string' }]);
});

test('text that looks like such a number is accepted, and so are the largest allowed numbers', () => {
  expect(read('{"event":"contact.created","data":{"a":"1e400","b":1.7e308,"c":1e-400}}').errors).toEqual([]);
});

test('an unknown event type is shortened in the message', () => {
  expect(read(`{"event":"${'x'.repeat(5000)}","data":{}}`).errors[0]!.message.length).toBeLessThan(250);
});

describe('the hash of a request', () => {
  const base = '{"event":"contact.created","data":{"a":1}}';

  test('does not depend on the formatting of the event', () => {
    expect(hashOf(' {"data":{"a":1}, "x":0,\n"event":"contact.created"}')).toBe(hashOf(base));
  });

  test('depends on the event type, the data and the timestamp', () => {
    const others = [
      '{"event":"contact.updated","data":{"a":1}}',
      '{"event":"contact.created","data":{"a":2}}',
      '{"event":"contact.created","data":{"a":1},"timestamp":"2026-01-22T10:30:00Z"}',
    ];
    expect(new Set([base, ...others].map(hashOf)).size).toBe(4);
  });
});

test('idempotency keys are visible ASCII', () => {
  const errors: FieldError[] = [];
  expect(readKeyHeader(undefined, errors)).toBeUndefined();
  expect(readKeyHeader('a-1', errors)).toBe('a-1');
  expect(readKeyMember(undefined, errors, '')).toBeUndefined();
  expect(readKeyMember('"a\\u002d1"', errors, '')).toBe('a-1');
  expect(errors).toEqual([]);
  readKeyHeader('', errors);
  readKeyMember('null', errors, 'events[0].');
  readKeyMember('7', errors, 'events[1].');
  readKeyMember('"a b"', errors, 'events[2].');
  expect(errors.map(({ path }) => path)).toEqual([
    'Idempotency-Key',
    'events[0].idempotency_key',
    'events[1].idempotency_key',
    'events[2].idempotency_key',
  ]);
});
