import { expect, test } from 'vitest';
import { describeCancelled, listWaiting } from './consequences.ts';

test('the number of deliveries that will be cancelled', () => {
  expect(describeCancelled({ pending: 1200, retrying: 0, held: 3 })).toBe(
    '1,203 deliveries that still wait (1,200 pending, 3 held) are cancelled.',
  );
  expect(describeCancelled({ pending: 0, retrying: 1, held: 0 })).toBe(
    '1 delivery that still waits (1 retrying) is cancelled.',
  );
});

test('nothing waits', () => {
  const nothing = { pending: 0, retrying: 0, held: 0 };
  expect(describeCancelled(nothing)).toContain('nothing is cancelled');
  expect(listWaiting(nothing)).toBe('');
});
