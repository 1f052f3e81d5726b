import { expect, test } from 'vitest';
import { describeDeed } from './describe-deed.ts';

test('a change says what was changed', () => {
  const details = { fields: ['active', 'retry_policy', 'events'], active: false, events: ['contact.created'] };
  expect(describeDeed({ action: 'webhook.updated', details })).toEqual({
    title: 'Changed',
    detail: 'turned off, retry policy, events',
  });
});

test('other deeds say why, or which event', () => {
  expect(describeDeed({ action: 'webhook.turned_off', details: { reason: 'the receiver answered 410 Gone' } })).toEqual(
    { title: 'Turned off', detail: 'the receiver answered 410 Gone' },
  );
  expect(describeDeed({ action: 'webhook.tested', details: { event: 'contact.created', delivery_id: 'd' } })).toEqual({
    title: 'Tested',
    detail: 'contact.created',
  });
  expect(describeDeed({ action: 'webhook.registered', details: { url: 'https://a.example', active: true } })).toEqual({
    title: 'Registered',
    detail: '',
  });
});

test('a deed that is not known yet keeps its name', () => {
  expect(describeDeed({ action: 'webhook.moved', details: {} }).title).toBe('webhook.moved');
});
