import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { writeBody, writeCurl } from './write-request.ts';

const data = String.raw`{"name":"O'Neill \"Jr\"","n":12345678901234567890}`;

/** Returns the arguments that a shell passes to curl. */
function runCurl(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const options = { encoding: 'utf8', env: { ...process.env, POSTHORN_KEY: 'ph_secret' } } as const;
  return execFileSync('bash', ['-c', script], options).split('\0').slice(0, -1);
}

test('a body has a timestamp only if it is set, and keeps every digit of numbers', () => {
  const body = writeBody({ event: 'contact.created', data, timestamp: '' });
  expect(Object.keys(JSON.parse(body) as object)).toEqual(['event', 'data']);
  expect(body).toContain('12345678901234567890');
  const dated = writeBody({ event: 'contact.created', data, timestamp: '2026-01-22T10:30:00Z' });
  expect(JSON.parse(dated)).toMatchObject({ timestamp: '2026-01-22T10:30:00Z' });
});

test('the command sends the exact bytes, with any quotes', () => {
  const body = writeBody({ event: 'contact.created', data, timestamp: '' });
  const sent = runCurl(writeCurl('http://localhost:8080/api/coordinator/organizations/a%27b/events', body, "it's-1"));
  expect(sent).toContain('http://localhost:8080/api/coordinator/organizations/a%27b/events');
  expect(sent).toContain('Authorization: Bearer ph_secret');
  expect(sent).toContain("Idempotency-Key: it's-1");
  expect(sent.at(-1)).toBe(body);
});

test('without an idempotency key the command sends none', () => {
  expect(writeCurl('http://localhost/x', '{}', '')).not.toContain('Idempotency-Key');
});
