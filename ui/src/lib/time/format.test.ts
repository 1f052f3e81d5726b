import { describe, expect, test } from 'vitest';
import { formatClock, formatCountdown, formatDuration, formatRelative, formatSpan, formatUtc } from './format.ts';

const now = new Date('2026-03-10T12:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);

describe('a relative time', () => {
  test.each([
    [0, 'just now'],
    [900, 'just now'],
    [3000, 'in a moment'],
    [-4999, 'just now'],
    [-5000, '5 s ago'],
    [-59_999, '59 s ago'],
    [-60_000, '1 min ago'],
    [7_200_000, 'in 2 h'],
    [-3 * 86_400_000, '3 d ago'],
  ])('%i ms from now is %s', (ms, text) => expect(formatRelative(later(ms), now)).toBe(text));
});

describe('a duration', () => {
  test.each([
    [0, '0 ms'],
    [4.25, '4.3 ms'],
    [8, '8 ms'],
    [999.7, '1 s'],
    [1250, '1.25 s'],
    [2000, '2 s'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_900, '1 h'],
    [11_520_000, '3 h 12 min'],
    [187_200_000, '2 d 4 h'],
  ])('of %d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('a countdown', () => {
  test.each([
    [-5, '0:00'],
    [1, '0:01'],
    [247_000, '4:07'],
    [3_725_000, '1:02:05'],
  ])('of %i ms shows %s', (ms, text) => expect(formatCountdown(ms)).toBe(text));
});

test('a UTC time has milliseconds', () => {
  expect(formatUtc(new Date('2026-01-22T10:30:00.123Z'))).toBe('2026-01-22 10:30:00.123 UTC');
});

test('a clock time is in the given zone, with the parts of the date that it needs', () => {
  const berlin = { timeZone: 'Europe/Berlin', now };
  expect(formatClock(new Date('2026-03-10T08:15:30Z'), berlin)).toBe('09:15:30');
  expect(formatClock(new Date('2026-03-09T23:30:00Z'), berlin)).toBe('00:30:00');
  expect(formatClock(new Date('2026-01-22T10:30:00Z'), berlin)).toBe('22 Jan, 11:30:00');
  expect(formatClock(new Date('2025-12-31T10:30:00Z'), berlin)).toBe('31 Dec 2025, 11:30:00');
});

test('a time span names the day once, and seconds only if it is short', () => {
  const berlin = { timeZone: 'Europe/Berlin', now };
  const span = (from: string, to: string) => formatSpan(new Date(from), new Date(to), berlin);
  expect(span('2026-03-10T08:15:00Z', '2026-03-10T08:30:00Z')).toBe('09:15 – 09:30');
  expect(span('2026-03-10T08:15:00Z', '2026-03-10T08:15:30Z')).toBe('09:15:00 – 09:15:30');
  expect(span('2026-03-09T08:15:00Z', '2026-03-09T08:30:00Z')).toBe('9 Mar, 09:15 – 09:30');
  expect(span('2026-03-08T22:45:00Z', '2026-03-08T23:00:00Z')).toBe('8 Mar, 23:45 – 9 Mar, 00:00');
});
