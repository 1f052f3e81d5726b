import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Posthorn } from '../../clients/typescript/src/index.ts';
import type { DemoReceiver } from './receiver.ts';
import { emitAll, registerAll } from './scenes.ts';

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => void vi.restoreAllMocks());

test('the demo does not wait for deliveries to other webhooks', async () => {
  let made = 0;
  let taken = 0;
  const webhooks: { id: string; base: string; events: string[] }[] = [];
  const answer = (path: string, body: { url: string; events: string[]; event: string }) => {
    const base = path.replace(/\/(integrations\/webhooks|webhooks|events)$/, '');
    if (!path.endsWith('/events')) {
      const id = `webhook-${++made}`;
      webhooks.push({ id, base, events: body.events });
      return { id, secret: 'whsec_x' };
    }
    const own = webhooks.filter((webhook) => webhook.base === base && webhook.events.includes(body.event));
    // The second webhook is the unsteady one.
    taken += own.filter(({ id }) => id !== 'webhook-2').length;
    const deliveries = [...own.map(({ id }) => id), 'of-others'].map((id) => ({ id: `to-${id}`, webhook_id: id }));
    return { id: 'event', deliveries };
  };
  const posthorn = new Posthorn({
    url: 'http://posthorn.example',
    key: 'key',
    fetch: async (url, init) => Response.json(answer(new URL(url).pathname, JSON.parse(init!.body as string) as never)),
  });
  const receiver: DemoReceiver = {
    urlOf: ({ path }) => `http://127.0.0.1${path}`,
    setSecret: () => undefined,
    taken: () => taken,
    close: () => undefined,
  };
  const demo = { posthorn, receiver, undo: [] };
  const registered = await registerAll(demo);
  const began = Date.now();
  const shaky = await emitAll(demo, registered);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect([...shaky]).toEqual([
    ['contact.created', 'to-webhook-2'],
    ['contact.updated', 'to-webhook-2'],
  ]);
});
