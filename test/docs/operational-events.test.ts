import { afterAll, beforeAll, expect, test } from 'vitest';
import { platforms } from '../../core/platforms/index.ts';
import { eventually } from '../eventually.ts';
import { listenTo, OPERATIONAL_EVENTS } from '../operational.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { findCode, readPage } from './markdown.ts';
import { startSample, type SampleReceiver } from './sample-receiver.ts';

const SECRET = 'whsec_dGhlIHNlY3JldCBvZiB0aGUgY2hhdA==';
const page = readPage('docs/operational-events.md');

let system: System;
let chat: Receiver;
let failing: Receiver;
let sample: SampleReceiver;

beforeAll(async () => {
  [system, chat, failing] = await Promise.all([System.start(), startReceiver(), startReceiver()]);
  sample = await startSample('js', findCode(page, 'js')[0]!, SECRET, { CHAT_URL: chat.url });
});
afterAll(async () => {
  await sample.stop();
  await system.stop();
  await Promise.all([chat.close(), failing.close()]);
});

const lines = () => chat.arrivals.map(({ body }) => (JSON.parse(body) as { text: string }).text);

test('the page describes every event type with its example', () => {
  const shown = findCode(page, 'json').map((code) => JSON.parse(code) as unknown);
  const timestamp = '2026-01-22T10:30:00Z';
  const { eventTypes } = platforms.posthorn;
  expect(shown).toEqual(eventTypes.map(({ type, example }) => ({ event: type, timestamp, data: example })));
  for (const { type, description } of eventTypes) expect(page).toContain(`### \`${type}\`\n\n${description}\n`);
});

test('its receiver posts each type to a chat, and lets Posthorn retry what the chat refuses', async () => {
  const { id } = await listenTo(system, sample, { secret: SECRET });
  const webhook = await system.register(failing.url);
  failing.answer(status(410));
  chat.answer((_, response, count) => void response.writeHead(count === 1 ? 429 : 200).end());
  await system.emit();
  const retried = await eventually(async () => {
    const { body } = await system.call('GET', '/api/posthorn/webhooks/events?status=retrying');
    return body.data[0];
  });
  expect(retried).toMatchObject({ webhook_id: id, status_code: 502 });
  await system.call('POST', `/api/posthorn/webhooks/events/${retried.id}/retry`);
  const { origin } = new URL(failing.url);
  const about = `urpa, webhook ${webhook.id} at ${origin}: `;
  const expected = ['activity.created was not delivered: status 410', 'turned off: the receiver answered 410'];
  await eventually(async () => {
    const { body } = await system.call('GET', '/api/posthorn/webhooks/events?status=delivered');
    return body.data.length === expected.length;
  });
  expect(lines()).toEqual(expect.arrayContaining(expected.map((text) => about + text)));
  expect(lines()).toHaveLength(expected.length + 1);
  chat.arrivals.length = 0;
  for (const event of OPERATIONAL_EVENTS) await system.call('POST', `/api/posthorn/webhooks/${id}/test`, { event });
  await eventually(() => lines().length === OPERATIONAL_EVENTS.length);
  expect(lines().toSorted()).toMatchObject(
    ['contact.created was', 'paused after 412', 'secret rotated', 'turned off', 'works again'].map((text) =>
      expect.stringContaining(text),
    ),
  );
});

test('its receiver refuses requests that Posthorn did not sign', async () => {
  const before = chat.arrivals.length;
  const post = (headers: Record<string, string>) => fetch(sample.url, { method: 'POST', headers, body: '{}' });
  for (const headers of [{}, { 'x-posthorn-signature': 'größer' }, { 'x-posthorn-signature': '0'.repeat(64) }]) {
    expect((await post(headers as Record<string, string>)).status).toBe(401);
  }
  expect(chat.arrivals).toHaveLength(before);
});
