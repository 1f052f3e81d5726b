import { expect, test } from 'vitest';
import { stateOf } from './state.ts';

const well = { active: true, paused: false, deleted_at: null, struggling: false };

test('off, paused and deleted take precedence over struggling', () => {
  expect(stateOf(well)).toBe('active');
  expect(stateOf({ ...well, struggling: true })).toBe('struggling');
  expect(stateOf({ ...well, struggling: true, paused: true })).toBe('paused');
  expect(stateOf({ ...well, paused: true, active: false })).toBe('off');
  expect(stateOf({ ...well, active: false, deleted_at: '2026-01-22T10:30:00.000Z' })).toBe('deleted');
});
