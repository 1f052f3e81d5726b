import { expect, test } from 'vitest';
import { fromLocalInput, toLocalInput } from './local-input.ts';

test('a time survives the round trip, to the minute', () => {
  expect(fromLocalInput(toLocalInput('2026-01-22T10:30:00.000Z'))).toBe('2026-01-22T10:30:00.000Z');
  expect(toLocalInput('2026-01-22T10:30:00.000Z')).toMatch(/^2026-01-2\dT\d\d:\d\d$/);
});

test('an empty field is null', () => {
  expect(toLocalInput(null)).toBe('');
  expect(fromLocalInput('')).toBeNull();
});
