import { expect, test } from 'vitest';
import { AUDIT_ACTIONS } from '../../../../core/domain/audit.ts';
import { describeEntry, subjectPath } from './describe-entry.ts';

const say = (action: string, details: Record<string, unknown> = {}) => {
  const { did, more } = describeEntry({ action, details });
  return [did, more].filter(Boolean).join(' … ');
};

test.each([
  ['webhook.registered', { events: ['a', 'b', 'c'] }, 'registered the webhook … for a, b and c'],
  ['webhook.imported', { old_id: '42' }, 'imported the webhook … which was 42 in the old system'],
  ['webhook.updated', { fields: ['url', 'retry_policy'] }, 'changed URL and retry schedule of the webhook'],
  ['webhook.updated', { fields: ['description', 'limits'] }, 'changed description and limits of the webhook'],
  ['webhook.updated', { fields: ['active'], active: false }, 'turned off the webhook'],
  [
    'webhook.updated',
    { fields: ['active', 'events'], active: true },
    'turned on the webhook … and changed its event types',
  ],
  [
    'webhook.turned_off',
    { reason: 'the receiver answered 410 Gone' },
    'turned off the webhook … because the receiver answered 410 Gone',
  ],
  [
    'webhook.auto_paused',
    { reason: 'nothing was delivered since 2026-01-22T10:30:00.000Z' },
    'paused the webhook … because nothing was delivered since 2026-01-22T10:30:00.000Z',
  ],
  ['webhook.tested', { event: 'contact.created' }, 'sent a test of contact.created to the webhook'],
  ['webhook.secret_rotated', { expires_at: null }, 'rotated the secret of the webhook'],
  [
    'webhook.secret_rotated',
    { expires_at: '2026-01-22T10:30:00.000Z' },
    'rotated the secret of the webhook … with both secrets valid until 2026-01-22T10:30:00.000Z',
  ],
  ['delivery.retried', { force: true }, 'retried the delivery … although it had been delivered'],
  ['recovery.started', { matched: 1200, rate: 50 }, 'started the recovery … of 1,200 deliveries, at most 50 a second'],
  [
    'recovery.started',
    { matched: 10_000, matched_exact: false, rate: 50 },
    'started the recovery … of more than 10,000 deliveries, at most 50 a second',
  ],
  ['key.created', { name: 'shop', scopes: ['events:write'] }, 'created the key … with events:write'],
  ['portal_link.created', { permissions: 'write' }, 'created the portal link … to read and change'],
])('%s with %j', (action, details, words) => {
  expect(say(action, details)).toBe(words);
});

test('every action has a description, with or without details', () => {
  for (const action of AUDIT_ACTIONS) expect(say(action), action).not.toContain('.');
  expect(say('something.new')).toBe('something.new');
});

test('an entry links to its subject', () => {
  expect(subjectPath({ action: 'webhook.paused', subject_id: 'w1' })).toBe('/webhooks/w1');
  expect(subjectPath({ action: 'delivery.retried', subject_id: 'd1' })).toBe('/deliveries/d1');
  expect(subjectPath({ action: 'key.created', subject_id: 'k1' })).toBeNull();
});
