import { expect, test } from 'vitest';
import { NOTHING_CHANGED } from '../../lib/api/live-change.ts';
import { touchedEvents } from './touched.ts';

const none = { pending: 0, retrying: 0, delivered: 0, failed: 0, cancelled: 0, held: 0 };
const event = (id: string, deliveries: Partial<typeof none>) => ({
  id,
  platform: 'urpa',
  org_id: null,
  event: 'contact.created',
  created_at: '2026-01-22T10:30:00.000Z',
  deliveries: { ...none, ...deliveries },
});
const rows = [event('e3', { delivered: 1, held: 1 }), event('e2', { failed: 2 }), event('e1', { retrying: 1 })];

test('an event can change while one of its deliveries has not ended', () => {
  expect(touchedEvents({ ...NOTHING_CHANGED, deliveries: ['d1'] }, rows)).toEqual(['e3', 'e1']);
});

test('an event without deliveries only changes the overview', () => {
  expect(touchedEvents({ ...NOTHING_CHANGED, overview: true }, [])).toEqual([]);
  expect(touchedEvents({ ...NOTHING_CHANGED, webhooks: ['w1'] }, rows)).toBeNull();
});
