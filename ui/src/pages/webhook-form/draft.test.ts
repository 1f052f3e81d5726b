import { expect, test } from 'vitest';
import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { checkDraft, draftOf, newDraft, placeErrors, policyOf, toRegister, toUpdate } from './draft.ts';

const webhook: DashboardWebhook = {
  id: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
  platform: 'urpa',
  org_id: null,
  url: 'https://example.com/hook',
  events: ['contact.created', 'contact.updated'],
  description: null,
  active: true,
  inactive_reason: null,
  paused: false,
  paused_at: null,
  paused_reason: null,
  retry_policy: { maximum_attempts: 6, initial_interval: 120, backoff_coefficient: 2 },
  limits: { concurrency: 100, rate: null },
  created_at: '2026-01-22T10:30:00.000Z',
  updated_at: '2026-01-22T10:30:00.000Z',
  deleted_at: null,
  struggling: false,
  last_24h: [],
  last_failure: null,
  waiting: { pending: 0, retrying: 0, held: 0 },
  lane: null,
};

const filled = {
  ...newDraft({ platform: 'urpa', org_id: null }),
  url: ' https://example.com/hook ',
  events: ['contact.created'],
};

test('a new one has the default schedule, and needs an address and events', () => {
  const draft = newDraft({ platform: '4calls', org_id: null });
  expect(policyOf(draft)).toEqual(webhook.retry_policy);
  expect(Object.keys(checkDraft(draft, true))).toEqual(['organization', 'url', 'events']);
  expect(checkDraft(filled, false)).toEqual({});
});

test('what is out of bounds is said where it stands', () => {
  const wrong = { ...filled, secret: 'short', attempts: 2.5, interval: null, coefficient: 9, rate: 0 };
  expect(checkDraft(wrong, false)).toEqual({
    secret: 'At least 16 characters.',
    attempts: 'A whole number from 1 to 12.',
    interval: 'From 6 to 3600 seconds.',
    coefficient: 'From 1 to 4.',
    rate: 'From 0.1 to 10,000, or empty for no limit.',
  });
  expect(policyOf(wrong)).toBeNull();
});

test('what is left empty is not sent', () => {
  expect(toRegister(filled)).toEqual({
    url: 'https://example.com/hook',
    events: ['contact.created'],
    active: true,
    retry_policy: webhook.retry_policy,
  });
});

test('limits are sent where they are not the default', () => {
  expect(toRegister({ ...filled, concurrency: 5, rate: 2 })).toMatchObject({ limits: { concurrency: 5, rate: 2 } });
});

test('only what changed is sent', () => {
  expect(toUpdate(draftOf(webhook), webhook)).toBeNull();
  expect(toUpdate({ ...draftOf(webhook), events: webhook.events.toReversed() }, webhook)).toBeNull();
  const changed = {
    ...draftOf(webhook),
    description: 'CRM',
    secret: 'a-new-secret-of-ours',
    attempts: 4,
    rate: 5,
    active: false,
  };
  expect(toUpdate(changed, webhook)).toEqual({
    description: 'CRM',
    secret: 'a-new-secret-of-ours',
    active: false,
    retry_policy: { maximum_attempts: 4, initial_interval: 120, backoff_coefficient: 2 },
    limits: { rate: 5 },
  });
  expect(toUpdate(draftOf({ ...webhook, description: 'CRM' }), { ...webhook, description: 'CRM' })).toBeNull();
  expect(toUpdate({ ...draftOf(webhook), description: '' }, { ...webhook, description: 'CRM' })).toEqual({
    description: null,
  });
});

test("the API's errors find their fields", () => {
  const errors = [
    { path: 'url', message: 'must be http or https' },
    { path: 'events[1]', message: 'unknown event type "x"' },
    { path: 'retry_policy.maximum_attempts', message: 'too big' },
    { path: 'limits.rate', message: 'too small' },
    { path: 'color', message: 'is not known' },
  ];
  expect(placeErrors(errors)).toEqual({
    problems: {
      url: 'Must be http or https.',
      events: 'Unknown event type "x".',
      attempts: 'Too big.',
      rate: 'Too small.',
    },
    other: ['Color is not known.'],
  });
});
