import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from './log.ts';
import { inRequest } from './request-context.ts';

let lines: Record<string, unknown>[];
const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('the same error is written once, then every ten seconds with how often it came', () => {
  const log = createLog('api', 'warn', destination);
  for (let count = 0; count < 500; count++) log.warn({ err: new Error('unknown key') }, 'lookup failed');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ process: 'api', msg: 'lookup failed', err: { message: 'unknown key' } });
  vi.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({ repeated: 499, error: 'unknown key', msg: 'lookup failed' });
  expect(lines[1]).not.toHaveProperty('messages');
  log.warn({ err: new Error('unknown key') }, 'lookup failed');
  expect(lines).toHaveLength(3);
});

test('a database that does not answer is one thing, whatever fails without it', () => {
  const log = createLog('worker', 'warn', destination);
  const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  log.warn({ err: refused() }, 'claim failed: retrying');
  for (let count = 0; count < 10; count++)
    log.warn({ err: new Error('timeout exceeded') }, 'lease renewal failed: retrying');
  for (let count = 0; count < 5; count++) log.warn({ err: refused() }, 'claim failed: retrying');
  log.warn({ err: new Error('another fault') }, 'rollup failed: retrying');
  const ofTemporal = Object.assign(new Error('timeout'), { name: 'TransportError' });
  log.warn({ err: ofTemporal }, 'Temporal unreachable: retrying');
  const messages = ['claim failed: retrying', 'rollup failed: retrying', 'Temporal unreachable: retrying'];
  expect(lines.map((line) => line['msg'])).toEqual(messages);
  vi.advanceTimersByTime(10_000);
  expect(lines.slice(3)).toMatchObject([
    {
      msg: 'PostgreSQL does not answer: retrying',
      repeated: 15,
      messages: { 'lease renewal failed: retrying': 10, 'claim failed: retrying': 5 },
    },
  ]);
});

test('no stack is written twice', () => {
  const log = createLog('worker', 'warn', destination);
  const error = new Error('broken');
  log.error({ err: error, delivery: 'a' }, 'one');
  log.error({ err: error, delivery: 'b' }, 'two');
  vi.advanceTimersByTime(20_000);
  log.error({ err: error, delivery: 'c' }, 'one');
  expect(lines.map((line) => 'err' in line)).toEqual([true, false, false]);
  expect(lines[2]).toMatchObject({ error: 'broken', delivery: 'c', msg: 'one' });
});

test('what is logged while a request is handled has its id', async () => {
  const log = createLog('api', 'warn', destination);
  await inRequest('from-the-client_1', async () => {
    await Promise.resolve();
    log.warn('one');
    log.warn('two');
  });
  inRequest('not an id\n', () => log.warn('three'));
  log.warn('four');
  expect(lines.map((line) => line['request'])).toEqual([
    'from-the-client_1',
    'from-the-client_1',
    expect.stringMatching(/^[0-9a-f-]{36}$/),
    undefined,
  ]);
});

test('another error, another message and entries without an error are written', () => {
  const log = createLog('worker', 'warn', destination);
  log.warn({ err: new Error('broken') }, 'one');
  log.warn({ err: new Error('unknown') }, 'one');
  log.warn({ err: new Error('broken') }, 'two');
  log.warn({ webhook: 'a' }, 'paused');
  log.warn({ webhook: 'a' }, 'paused');
  vi.advanceTimersByTime(20_000);
  expect(lines.map((line) => line['msg'])).toEqual(['one', 'one', 'two', 'paused', 'paused']);
});
