import { errors } from 'undici';
import { expect, test } from 'vitest';
import { TargetRefusedError } from '../guard/guard.ts';
import { classifyFailure, describeError } from './failure-text.ts';

const withCode = (code: string, fields: object = {}) => Object.assign(new Error(code), { code, ...fields });

test.each<[Error, string, string]>([
  [withCode('ECONNREFUSED', { address: '::1', port: 80 }), 'connection refused by [::1]:80', 'connection'],
  [withCode('ECONNRESET'), 'the connection was reset', 'connection'],
  [withCode('UND_ERR_SOCKET'), 'the connection was closed', 'connection'],
  [withCode('EHOSTUNREACH'), 'no route to the host', 'connection'],
  [withCode('EACCES', { syscall: 'connect' }), 'could not connect (EACCES)', 'connection'],
  [withCode('ETIMEDOUT'), 'could not connect in time', 'timeout'],
  [withCode('UND_ERR_CONNECT_TIMEOUT'), 'could not connect within 5 s', 'timeout'],
  [withCode('ENOTFOUND', { hostname: 'a.example' }), 'DNS knows no host a.example', 'name_resolution'],
  [withCode('EAI_AGAIN', { hostname: 'a.example' }), 'DNS did not answer for a.example', 'name_resolution'],
  [withCode('CERT_HAS_EXPIRED'), 'TLS certificate: expired', 'tls'],
  [withCode('EPROTO'), 'TLS: the receiver did not answer as a TLS server', 'tls'],
  [new TargetRefusedError('10.0.0.1 is a private address', ''), 'refused: 10.0.0.1 is a private address', 'refused'],
  [withCode('UND_ERR_HEADERS_OVERFLOW'), 'the headers of the answer are larger than 16 KiB', '_OTHER'],
  [new errors.HTTPParserError('no'), 'not an HTTP answer', '_OTHER'],
])('%s', (error, message, kind) => {
  expect(describeError(error, 5_000)).toBe(message);
  expect(classifyFailure(message)).toBe(kind);
});

test.each(['no connection within 5 s', 'no answer within 5 s', 'no connection through the egress proxy within 5 s'])(
  '%s: a timeout',
  (message) => expect(classifyFailure(message)).toBe('timeout'),
);

test('several addresses: the first failure speaks for all', () => {
  const error = new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]);
  expect(describeError(error, 5_000)).toBe('connection refused');
});
