import { expect, test } from 'vitest';
import { splitTimes } from './split-times.ts';

test('times are separated from the text', () => {
  expect(splitTimes('it was deleted before, at 2026-01-22T10:30:00.000Z')).toEqual([
    { text: 'it was deleted before, at ' },
    { at: '2026-01-22T10:30:00.000Z' },
  ]);
  expect(splitTimes('from 2026-01-22T10:30:00Z to 2026-01-22T11:00:00Z.')).toHaveLength(5);
});

test('a sentence without times is one part', () => {
  expect(splitTimes('the event was a test of another webhook')).toEqual([
    { text: 'the event was a test of another webhook' },
  ]);
});
