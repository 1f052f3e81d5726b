import { expect, test } from 'vitest';
import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { DEFAULT_OPTIONS } from '../../../../core/options/index.ts';
import { checkDraft, draftOf, newDraft, placeErrors, toRegister, toUpdate } from './draft.ts';

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
  ...DEFAULT_OPTIONS,
  filter: null,
  secret_rotation: null,
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

test('a new webhook has the default schedule, and requires a URL and events', () => {
  const draft = newDraft({ platform: '4calls', org_id: null });
  expect(draft.options.retry_policy).toEqual(webhook.retry_policy);
  expect(Object.keys(checkDraft(draft, true))).toEqual(['organization', 'url', 'events']);
  expect(checkDraft(filled, false)).toEqual({});
});

test('values out of bounds are reported by field', () => {
  const options = {
    ...filled.options,
    retry_policy: { maximum_attempts: 2.5, initial_interval: null, backoff_coefficient: 9 },
    limits: { concurrency: 1_001, rate: 0 },
  };
  expect(checkDraft({ ...filled, secret: 'short', options }, false)).toEqual({
    secret: 'At least 16 characters.',
    'retry_policy.maximum_attempts': 'Must be a whole number.',
    'retry_policy.initial_interval': 'Must be a number.',
    'retry_policy.backoff_coefficient': 'Must be at most 4.',
    'limits.concurrency': 'Must be at most 1000.',
    'limits.rate': 'Must be at least 0.1.',
  });
});

test('empty fields are not sent', () => {
  expect(toRegister(filled)).toEqual({
    url: 'https://example.com/hook',
    events: ['contact.created'],
    active: true,
  });
});

test('options are sent if they differ from the default', () => {
  const options = { ...filled.options, limits: { concurrency: 5, rate: null } };
  expect(toRegister({ ...filled, options })).toEqual({ ...toRegister(filled), limits: options.limits });
  const headers = [{ name: 'X-Team', value: 'billing' }];
  expect(toRegister({ ...filled, options: { ...filled.options, headers } })).toMatchObject({
    headers: { 'X-Team': 'billing' },
  });
});

test('only changed fields are sent', () => {
  expect(toUpdate(draftOf(webhook), webhook)).toBeNull();
  expect(toUpdate({ ...draftOf(webhook), events: webhook.events.toReversed() }, webhook)).toBeNull();
  const changed = {
    ...draftOf(webhook),
    description: 'CRM',
    secret: 'a-new-secret-of-ours',
    options: {
      ...draftOf(webhook).options,
      limits: { concurrency: 100, rate: 5 },
    },
    active: false,
  };
  expect(toUpdate(changed, webhook)).toEqual({
    description: 'CRM',
    secret: 'a-new-secret-of-ours',
    active: false,
    limits: { concurrency: 100, rate: 5 },
  });
  expect(toUpdate(draftOf({ ...webhook, description: 'CRM' }), { ...webhook, description: 'CRM' })).toBeNull();
  expect(toUpdate({ ...draftOf(webhook), description: '' }, { ...webhook, description: 'CRM' })).toEqual({
    description: null,
  });
});

test('a filter is sent with every digit, and only if it says something else', () => {
  const saved = { ...webhook, filter: '{"n":{"$gt":12345678901234567890}}' };
  const draft = draftOf(saved);
  const withFilter = (filter: string | null) => ({ ...draft, options: { ...draft.options, filter } });
  expect(toUpdate(withFilter('{ "n": {\n"$gt": 12345678901234567890} }'), saved)).toBeNull();
  expect(JSON.stringify(toUpdate(withFilter('{"n": 12345678901234567891}'), saved))).toBe(
    '{"filter":{"n":12345678901234567891}}',
  );
  expect(toUpdate(withFilter(' '), saved)).toEqual({ filter: null });
  expect(checkDraft(withFilter('{"n": '), false)).toEqual({ filter: 'Is not valid JSON.' });
  expect(checkDraft(withFilter('{"n": {"$gt": null}}'), false)).toEqual({
    filter: 'N.$gt must be a number or a string.',
  });
});

test('API errors are assigned to their fields', () => {
  const errors = [
    { path: 'url', message: 'must be http or https' },
    { path: 'events[1]', message: 'unknown event type "x"' },
    { path: 'retry_policy.maximum_attempts', message: 'too big' },
    { path: 'limits.rate', message: 'too small' },
    { path: 'headers.X-Dot.Ted', message: 'no value is stored' },
    { path: 'color', message: 'is not known' },
  ];
  expect(placeErrors(errors)).toEqual({
    problems: {
      url: 'Must be http or https.',
      events: 'Unknown event type "x".',
      'retry_policy.maximum_attempts': 'Too big.',
      'limits.rate': 'Too small.',
      'headers.X-Dot.Ted': 'No value is stored.',
    },
    other: ['Color is not known.'],
  });
});
