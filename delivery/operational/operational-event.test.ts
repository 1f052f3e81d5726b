import { expect, test } from 'vitest';
import { describeEnd } from './describe-end.ts';
import { describeEvent, withoutPaths } from './operational-event.ts';

const NOW = Date.parse('2026-01-22T10:30:00.900Z');
const claimed = {
  delivery_id: 'delivery',
  event_id: 'event',
  event_type: 'contact.created',
  platform: '4calls',
  org_id: 'Größe/1',
  webhook_id: 'webhook',
  url: 'https://user:secret@receiver.example:8443/secret?secret#secret',
  unrecovered_since: null,
};
const failed = { outcome: 'give-up', number: 6, statusCode: null, errorMessage: 'the connection was reset' } as const;
const delivered = { outcome: 'delivered', number: 1, statusCode: 200, errorMessage: null } as const;

test('a failure is written as PHP would write it, with the origin of the URL alone', () => {
  expect(describeEnd(claimed, failed, NOW)).toEqual({
    body:
      '{"event":"delivery.failed","timestamp":"2026-01-22T10:30:00Z","data":{"platform":"4calls",' +
      '"organization":"Gr\\u00f6\\u00dfe\\/1","webhook":{"id":"webhook","origin":"https:\\/\\/receiver.example:8443"},' +
      '"delivery":{"id":"delivery","event_id":"event","event":"contact.created","attempts":6,"status_code":null,' +
      '"error_message":"the connection was reset"}}}',
    orgId: 'Größe/1',
    values: ['webhook', 'delivery', 'event'],
  });
});

test('a success is told only after a failure, a retry never', () => {
  expect(describeEnd(claimed, delivered, NOW)).toBeNull();
  const unrecovered = { ...claimed, unrecovered_since: Date.parse('2026-01-22T10:00:00.5Z') / 1000 };
  expect(JSON.parse(describeEnd(unrecovered, delivered, NOW)!.body)).toMatchObject({
    event: 'webhook.recovered',
    data: { unrecovered_since: '2026-01-22T10:00:00Z' },
  });
  expect(describeEnd(unrecovered, { ...failed, outcome: 'retry' }, NOW)).toBeNull();
});

test('only organizations of 4Calls hear of their own webhooks, and nobody of operational ones', () => {
  const subject = { platform: 'library', orgId: 'org-42', webhookId: 'webhook', url: 'http://receiver.example' };
  expect(describeEvent('secret.rotated', subject, {}, new Date(NOW))).toMatchObject({ orgId: null });
  expect(describeEvent('secret.rotated', { ...subject, platform: 'posthorn' }, {}, new Date(NOW))).toBeNull();
});

test.each([
  ['status 503', 'status 503'],
  ['redirect to https://a:b@c.example/d?e not followed (302)', 'redirect to https://c.example not followed (302)'],
  ['https://a.example/b, HTTP://c.example:80/d', 'https://a.example http://c.example'],
  ['at "https://:1/secret"', 'at "https"'],
  ['half a character: \ud800', 'half a character: \ufffd'],
])('%j is told as %j', (message, expected) => expect(withoutPaths(message)).toBe(expected));
