import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { Home, type Running } from './run.ts';

const POSTHORN = fileURLToPath(new URL('../../bin/posthorn', import.meta.url));

const READ_EVENTS = ['explain_delivery', 'explain_event', 'list_deliveries', 'list_events'];
const READ_WEBHOOKS = ['get_webhook', 'list_webhooks'];
const CHANGE = ['pause_webhook', 'resume_webhook', 'retry_delivery'];

let system: System;
let receiver: Receiver;
let home: Home;
let http: Running;
let url: URL;
let webhook: { id: string; secret: string };
const clients: Client[] = [];

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  home = new Home(system);
  webhook = await system.register(receiver.url, {
    filter: { kind: { $ne: 'other' } },
    headers: { Authorization: 'Bearer very-secret' },
  });
  // It needs no key of its own.
  http = home.start(['mcp', '--http', '--port', '0', '--json'], { POSTHORN_KEY: '' });
  const line = await eventually(() => /.*\n/.exec(http.output.stdout)?.[0]);
  url = new URL((JSON.parse(line) as { url: string }).url);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  expect((await http.end('SIGINT')).code).toBe(0);
  home.remove();
  await system.stop();
  await receiver.close();
});

async function makeKey(...scopes: string[]): Promise<string> {
  const { body } = await system.call('POST', '/api/admin/keys', { name: scopes.join('+'), platform: 'urpa', scopes });
  return body.key;
}

const TRANSPORTS = {
  stdio: (key: string) =>
    new StdioClientTransport({
      command: POSTHORN,
      args: ['mcp'],
      env: { PATH: process.env['PATH']!, HOME: home.folder, POSTHORN_URL: system.apiUrl, POSTHORN_KEY: key },
    }),
  http: (key: string) =>
    new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
};

async function connect(transport: keyof typeof TRANSPORTS, key: string) {
  const client = new Client({ name: 'test', version: '1.0.0' });
  clients.push(client);
  await client.connect(TRANSPORTS[transport](key));
  return {
    client,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name).toSorted(),
    /** The answer of a tool, read as JSON, and its text. */
    async use(name: string, input: Record<string, unknown> = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: input });
      const { text } = (content as { text: string }[])[0]!;
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers freely
      return { isError, text, json: (): any => JSON.parse(text) };
    },
  };
}

describe.each(['stdio', 'http'] as const)('by %s', (transport) => {
  test('tools are offered by the scopes of the key, and say whether they change anything', async () => {
    const reader = await connect(transport, await makeKey('events:read'));
    expect(await reader.tools()).toEqual(READ_EVENTS);
    expect(reader.client.getInstructions()).toContain('It lacks webhooks:read, webhooks:write, events:write');
    const refused = await reader.use('pause_webhook', { id: webhook.id });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('pause_webhook not found') });
    const both = await connect(transport, await makeKey('events:read', 'webhooks:read'));
    expect(await both.tools()).toEqual([...READ_EVENTS, ...READ_WEBHOOKS].toSorted());
    const all = await connect(transport, system.adminKey);
    expect(await all.tools()).toEqual([...READ_EVENTS, ...READ_WEBHOOKS, ...CHANGE].toSorted());
    const { tools } = await all.client.listTools();
    expect(
      tools
        .filter(({ annotations }) => !annotations!.readOnlyHint)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(CHANGE);
  });

  test('a failed delivery is found, explained, retried, and explained again', async () => {
    const { use } = await connect(transport, system.adminKey);
    receiver.answer((_arrival, response) => void response.writeHead(503).end('database is away'));
    const [id = ''] = await system.emit({ id: `failed-by-${transport}` });
    await system.reaches(id, 'retrying');
    const found = (await use('list_deliveries', { value: `failed-by-${transport}`, since: '1h' })).json();
    expect(found.deliveries).toMatchObject([{ id, status: 'retrying', error_message: 'status 503' }]);
    const explained = await use('explain_delivery', { id });
    expect(explained.json()).toMatchObject({
      summary: expect.stringMatching(/^The last attempt failed: status 503\. Attempt 2 of 6 is due at /),
      attempts: [{ number: 1, status_code: 503, response_body: 'database is away' }],
    });
    // Nobody can act as Posthorn with what a model gets.
    for (const secret of ['ignature', webhook.secret, 'very-secret']) expect(explained.text).not.toContain(secret);
    receiver.answer(status(200));
    expect((await use('retry_delivery', { id })).isError).toBe(false);
    await system.reaches(id, 'delivered');
    expect((await use('explain_delivery', { id })).json().summary).toBe(
      'Delivered with 2 attempts; the receiver answered 200.',
    );
    const again = await use('retry_delivery', { id });
    expect(again).toMatchObject({ isError: true, text: expect.stringContaining('it was delivered already') });
  });

  test('it says why a delivery was not made, or is held', async () => {
    const { use } = await connect(transport, system.adminKey);
    const off = await system.register(receiver.url, { active: false });
    const other = await system.register(receiver.url, { events: ['contact.updated'] });
    const { body } = await system.call('POST', '/api/urpa/events', {
      event: 'activity.created',
      data: { kind: 'other' },
    });
    const { not_delivered_to: reasons } = (await use('explain_event', { id: body.id })).json();
    const reasonFor = (id: string) => reasons.find((one: { webhook: { id: string } }) => one.webhook.id === id).reason;
    expect(reasonFor(webhook.id)).toContain('its filter did not match');
    expect(reasonFor(off.id)).toContain('it was turned off');
    expect(reasonFor(other.id)).toContain('it was subscribed to other event types');

    expect((await use('pause_webhook', { id: webhook.id })).json()).toMatchObject({ id: webhook.id, paused: true });
    const [held = ''] = await system.emit({ id: 'held' });
    expect((await use('explain_delivery', { id: held })).json().summary).toMatch(
      /^Held, because the webhook has been paused since /,
    );
    expect((await use('list_webhooks', { state: 'paused' })).json().webhooks).toMatchObject([{ id: webhook.id }]);
    await use('resume_webhook', { id: webhook.id });
    await system.reaches(held, 'delivered');
    for (const { id } of [off, other]) await system.call('DELETE', `/api/urpa/integrations/webhooks/${id}`);
  });

  test('bad input is an answer that says what is right', async () => {
    const { use } = await connect(transport, system.adminKey);
    const missing = await use('explain_delivery', { id: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77' });
    expect(missing).toMatchObject({ isError: true, text: 'there is no delivery with this id' });
    const wrong = await use('list_deliveries', { since: 'yesterday' });
    expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining('it must be a time such as') });
    expect((await use('list_deliveries', { status: ['lost'] })).isError).toBe(true);
  });
});

/** The status for a request with this Host header, which `fetch` would not send. */
async function askAs(host: string, authorization: string): Promise<number | undefined> {
  const headers = {
    host,
    authorization,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => resolve(response.resume().statusCode));
    sent.once('error', reject).end('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
  });
}

describe('over HTTP', () => {
  test('without a key, or with one that was revoked, nothing is answered', async () => {
    const ask = async (headers: Record<string, string>, body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}') => {
      const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      return await fetch(url, { method: 'POST', headers: { ...accept, ...headers }, body });
    };
    const authorization = `Bearer ${system.adminKey}`;
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: 'Bearer ph_unknown' })).status).toBe(401);
    expect((await ask({ authorization })).status).toBe(200);
    // A web page may not use a server on the machine of its visitor.
    expect((await ask({ authorization, origin: 'https://evil.example' })).status).toBe(403);
    expect(await askAs('evil.example', authorization)).toBe(403);
    expect(await askAs('localhost:1234', authorization)).toBe(200);
    expect((await fetch(new URL('/', url))).status).toBe(404);
    expect((await ask({ authorization }, 'not JSON')).status).toBe(400);
    expect((await ask({ authorization })).status).toBe(200);
  });
});
