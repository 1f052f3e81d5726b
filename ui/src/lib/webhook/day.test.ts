import { expect, test } from 'vitest';
import { describeDay, describeHour, layOutDay } from './day.ts';

const options = { timeZone: 'UTC', now: new Date('2026-01-22T20:00:00Z') };
const hour = (hours: number, delivered: number, failed_attempts: number) => ({
  at: `2026-01-22T${String(hours).padStart(2, '0')}:00:00.000Z`,
  delivered,
  failed_attempts,
});

test('delivered counts rise from the base line, failures extend below it, at one scale', () => {
  expect(layOutDay([hour(1, 30, 0), hour(2, 15, 10)], 40)).toEqual({
    base: 30,
    bars: [
      { up: 30, down: 0 },
      { up: 15, down: 10 },
    ],
  });
});

test('a single failure among many is still visible and fits the height', () => {
  const { base, bars } = layOutDay([hour(1, 100_000, 1), hour(2, 0, 0)], 30);
  expect(bars).toEqual([
    { up: 28, down: 2 },
    { up: 0, down: 0 },
  ]);
  expect(base).toBe(28);
});

test('failures alone fill the height; without attempts there are no bars', () => {
  expect(layOutDay([hour(1, 0, 8)], 24)).toEqual({ base: 0, bars: [{ up: 0, down: 24 }] });
  expect(layOutDay([hour(1, 0, 0)], 24)).toEqual({ base: 24, bars: [{ up: 0, down: 0 }] });
});

test('descriptions of hours and days', () => {
  expect(describeHour(hour(14, 1200, 1), options)).toBe('14:00 – 15:00: 1,200 delivered, 1 failed attempt');
  expect(describeDay([hour(1, 3, 0), hour(2, 1, 5), hour(3, 0, 2)], options)).toBe(
    'Last 24 hours: 4 delivered, 7 failed attempts; most failed at 02:00 – 03:00: 1 delivered, 5 failed attempts',
  );
  expect(describeDay([hour(1, 0, 0)], options)).toBe('Last 24 hours: no attempts');
});
