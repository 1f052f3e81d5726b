import { expect, test } from 'vitest';
import { timeTicks } from './time-ticks.ts';

const labels = (from: string, to: string, most: number, zone = 'Europe/Berlin') =>
  timeTicks(new Date(from), new Date(to), most, zone).map(({ label }) => label);

test('an hour has ticks at round minutes', () => {
  expect(labels('2026-01-22T10:07:00Z', '2026-01-22T11:07:00Z', 6)).toEqual([
    '11:10',
    '11:20',
    '11:30',
    '11:40',
    '11:50',
    '12:00',
  ]);
});

test('a day has ticks at round hours of the time zone, and the date at midnight', () => {
  expect(labels('2026-01-22T10:07:00Z', '2026-01-23T10:07:00Z', 6)).toEqual(['12:00', '18:00', '23 Jan', '06:00']);
});

test('a month has ticks at days', () => {
  expect(labels('2026-01-01T12:00:00Z', '2026-01-31T12:00:00Z', 8, 'Asia/Kolkata')).toHaveLength(6);
});
