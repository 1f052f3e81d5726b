import { expect, test } from 'vitest';
import type { OtherWebhook } from '../../delivery/history/event-history.ts';
import { JsonNode } from '../../delivery/history/json-node.ts';
import { explainAbsence } from './explain-absence.ts';

const event = {
  created_at: new Date('2026-01-22T10:00:00Z'),
  event_type: 'contact.created',
  test: false,
  data: new JsonNode('{"amount":50}'),
};
const FILTER = '{"amount":{"$gte":100}}';
const webhook = (fields: Partial<OtherWebhook> = {}): OtherWebhook => ({
  id: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
  url: 'https://receiver.example',
  events: ['contact.created'],
  active: true,
  created_at: '2026-01-20T10:00:00Z',
  updated_at: '2026-01-20T10:00:00Z',
  deleted_at: null,
  filter: null,
  filter_then: null,
  entries: [],
  ...fields,
});
const entry = (at: string, action: string, details: Record<string, unknown> = {}) => ({ at, action, details });

test.each([
  [webhook({ created_at: '2026-01-22T10:00:01Z' }), 'it was registered later, at 2026-01-22T10:00:01.000Z'],
  [
    webhook({ deleted_at: '2026-01-21T00:00:00Z', active: false }),
    'it was deleted before, at 2026-01-21T00:00:00.000Z',
  ],
  [
    webhook({
      entries: [
        entry('2026-01-21T00:00:00Z', 'webhook.turned_off'),
        entry('2026-01-23T00:00:00Z', 'webhook.updated', { fields: ['active'], active: true }),
      ],
    }),
    'it was turned off then, since 2026-01-21T00:00:00.000Z',
  ],
  [
    webhook({
      entries: [
        entry('2026-01-20T10:00:00Z', 'webhook.registered', { events: ['contact.updated'], active: true }),
        entry('2026-01-23T00:00:00Z', 'webhook.updated', { fields: ['events'], events: ['contact.created'] }),
      ],
    }),
    'it was subscribed to other event types then: contact.updated',
  ],
  [
    webhook({
      events: ['contact.updated'],
      entries: [entry('2026-01-21T00:00:00Z', 'webhook.updated', { fields: ['events'] })],
    }),
    'it was subscribed to other event types then: contact.updated, as far as can be known now',
  ],
  [webhook({ active: false }), 'it was turned off then, as far as can be known now'],
  [webhook(), 'it changed at about the same time, as far as can be known now'],
  [webhook({ filter: FILTER }), 'its filter did not match: amount is 50, not >= 100'],
  [webhook({ filter: FILTER, filter_then: { filter: FILTER } }), 'its filter did not match: amount is 50, not >= 100'],
  [
    webhook({ filter: null, filter_then: { filter: FILTER } }),
    'its filter did not match: amount is 50, not >= 100 (the filter was changed since)',
  ],
  [
    webhook({ filter: FILTER, updated_at: '2026-01-23T00:00:00Z' }),
    'its filter did not match: amount is 50, not >= 100, as far as can be known now',
  ],
  [
    webhook({ filter: '{"amount":50}', updated_at: '2026-01-23T00:00:00Z' }),
    'it changed at about the same time, as far as can be known now',
  ],
  [
    webhook({ filter: FILTER, filter_then: { filter: null } }),
    'it changed at about the same time, as far as can be known now',
  ],
])('%#: the audit log takes precedence over the current state', (other, reason) => {
  expect(explainAbsence(other, event)).toBe(reason);
});

test('a test event is only for one webhook', () => {
  expect(explainAbsence(webhook(), { ...event, test: true })).toBe('the event was a test of another webhook');
});
