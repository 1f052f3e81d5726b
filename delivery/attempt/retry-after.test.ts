import { expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const now = new Date('2026-01-22T10:30:00Z');

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['99999999999999999999', Number.MAX_SAFE_INTEGER],
  ['Thu, 22 Jan 2026 10:31:30 GMT', 90_000],
  ['Thursday, 22-Jan-26 10:31:30 GMT', 90_000],
  ['Thu Jan 22 10:31:30 2026', 90_000],
  ['Thu, 22 Jan 2026 10:29:00 GMT', 0],
  ['', null],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026-01-22T10:31:30Z', null],
  ['Thu, 99 Jan 2026 10:31:30 GMT', null],
  [undefined, null],
])('reads %j as %j ms', (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});
