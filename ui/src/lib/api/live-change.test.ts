import { expect, test } from 'vitest';
import { mergeChanges, NOTHING_CHANGED, readChange, staleKeys } from './live-change.ts';

test('fields that a message omits have not changed', () => {
  expect(readChange('{"deliveries":["d1"]}')).toEqual({ ...NOTHING_CHANGED, deliveries: ['d1'] });
});

test('merged changes contain each id once', () => {
  const merged = mergeChanges(
    { ...NOTHING_CHANGED, deliveries: ['d1', 'd2'], more_deliveries: true },
    { ...NOTHING_CHANGED, deliveries: ['d2'], webhooks: ['w1'], overview: true },
  );
  expect(merged).toEqual({
    deliveries: ['d1', 'd2'],
    more_deliveries: true,
    webhooks: ['w1'],
    recoveries: [],
    overview: true,
  });
});

test('a change invalidates only the queries that show it', () => {
  expect(staleKeys(NOTHING_CHANGED)).toEqual([]);
  expect(staleKeys({ ...NOTHING_CHANGED, deliveries: ['d1'] })).toEqual([
    ['events'],
    ['event'],
    ['recent-deliveries'],
    ['delivery', 'd1'],
  ]);
  expect(staleKeys({ ...NOTHING_CHANGED, more_deliveries: true })).toEqual([
    ['events'],
    ['event'],
    ['recent-deliveries'],
    ['delivery'],
  ]);
  expect(staleKeys({ ...NOTHING_CHANGED, webhooks: ['w1'], overview: true })).toEqual([
    ['webhooks'],
    ['audit'],
    ['webhook', 'w1'],
    ['overview'],
  ]);
});
