import { expect, test } from 'vitest';
import { DEFAULT_RETRIES, pause, pauseAfter, readRetryAfter } from './retries.ts';

test('pauses double, vary by a quarter, and end at the longest', () => {
  const pauses = (random: number) => [1, 2, 3, 20].map((number) => pauseAfter(DEFAULT_RETRIES, number, 0, random));
  expect(pauses(0)).toEqual([150, 300, 600, 30_000]);
  expect(pauses(0.5)).toEqual([200, 400, 800, 30_000]);
  expect(pauses(1)).toEqual([250, 500, 1_000, 30_000]);
});

test('a longer Retry-After takes precedence, up to the longest pause', () => {
  expect(pauseAfter(DEFAULT_RETRIES, 1, 2_000)).toBe(2_000);
  expect(pauseAfter(DEFAULT_RETRIES, 5, 1_000, 0.5)).toBe(3_200);
  expect(pauseAfter(DEFAULT_RETRIES, 1, 3_600_000)).toBe(30_000);
});

test('Retry-After has seconds or a date', () => {
  const now = Date.parse('2026-01-22T10:30:00Z');
  expect(readRetryAfter('7', now)).toBe(7_000);
  expect(readRetryAfter('Thu, 22 Jan 2026 10:30:09 GMT', now)).toBe(9_000);
  expect(readRetryAfter('Thu, 22 Jan 2026 10:29:00 GMT', now)).toBe(0);
  for (const header of [null, '', 'soon', '-1', '1e400']) expect(readRetryAfter(header, now)).toBe(0);
});

test('a pause ends with its signal, and leaves no listener behind', async () => {
  const controller = new AbortController();
  await pause(0, controller.signal);
  const pausing = pause(600_000, controller.signal);
  controller.abort(new Error('enough'));
  await expect(pausing).rejects.toThrow('enough');
  await expect(pause(0, controller.signal)).rejects.toThrow('enough');
});
