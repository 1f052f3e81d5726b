import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from './log.ts';

let lines: Record<string, unknown>[];
const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('the same error is written once, then every ten seconds with how often it came', () => {
  const log = createLog('api', 'warn', destination);
  for (let count = 0; count < 500; count++) log.warn({ err: new Error('timeout') }, 'database unavailable');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ process: 'api', msg: 'database unavailable', err: { message: 'timeout' } });
  vi.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({ repeated: 499, error: 'timeout', msg: 'database unavailable' });
  log.warn({ err: new Error('timeout') }, 'database unavailable');
  expect(lines).toHaveLength(3);
});

test('another error, another message and entries without an error are written', () => {
  const log = createLog('worker', 'warn', destination);
  log.warn({ err: new Error('timeout') }, 'one');
  log.warn({ err: new Error('refused') }, 'one');
  log.warn({ err: new Error('timeout') }, 'two');
  log.warn({ webhook: 'a' }, 'paused');
  log.warn({ webhook: 'a' }, 'paused');
  vi.advanceTimersByTime(20_000);
  expect(lines.map((line) => line['msg'])).toEqual(['one', 'one', 'two', 'paused', 'paused']);
});
