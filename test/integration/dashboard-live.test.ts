import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { organization, serveApi, startApi, WEBHOOKS, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';
import { openLive } from '../live.ts';
import { checkValue, resolveIn } from '../openapi/schema.ts';

let api: TestApi;
let opened: { close(): void }[] = [];
beforeAll(async () => {
  api = await startApi();
});
afterEach(() => {
  for (const stream of opened) stream.close();
  opened = [];
});
afterAll(() => api.close());

async function open(key: string, headers: Record<string, string> = {}, url = api.url) {
  const stream = await openLive(`${url}/api/dashboard/live`, { authorization: `Bearer ${key}`, ...headers });
  opened.push(stream);
  if (stream.status === 200) await eventually(() => stream.messages.length > 0);
  return stream;
}

test('ids reach every process quickly', async () => {
  const second = await serveApi(api.database.url);
  try {
    await api.register();
    const streams = [await open(api.adminKey), await open(api.adminKey, {}, second.url)];
    expect(streams[0]!.headers.get('content-type')).toBe('text/event-stream');
    const [delivery] = await api.emit();
    for (const stream of streams) await stream.hears(delivery!);
    const webhook = await api.register();
    await eventually(() =>
      streams.every(({ messages }) => messages.some(({ data }) => data.webhooks?.includes(webhook.id))),
    );
  } finally {
    await second.close();
  }
});

test('a flood of events becomes a few messages, which say that there was more', async () => {
  await api.register();
  const stream = await open(api.adminKey);
  const events = Array.from({ length: 300 }, () => ({ event: 'contact.created', data: {} }));
  await api.ask('POST', '/api/urpa/events/batch', { body: { events } });
  const [last] = await api.emit();
  await eventually(() => stream.messages.some(({ data }) => data.more_deliveries));
  expect(stream.messages.length).toBeLessThan(8);
  for (const { data } of stream.messages) expect(data.deliveries?.length ?? 0).toBeLessThanOrEqual(100);
  expect(last).toBeDefined();
});

test('messages match the OpenAPI document', async () => {
  await api.register();
  const stream = await open(api.adminKey, { 'last-event-id': 'of another process' });
  const [delivery] = await api.emit();
  await stream.hears(delivery!);
  const { body: document } = await api.ask('GET', '/api/openapi.json', { key: null });
  const answer = document.paths['/api/dashboard/live'].get.responses[200];
  const { schema } = answer.content['text/event-stream'];
  expect(stream.messages.map(({ event }) => event)).toEqual(expect.arrayContaining(['reset', 'change']));
  for (const { event, ...message } of stream.messages) {
    expect(checkValue(schema, { ...message, ...(event && { event }) }, resolveIn(document))).toEqual([]);
  }
});

describe('isolation', () => {
  test('a stream contains only what its key may see', async () => {
    const keyOf = (org_id: string, scopes = ['events:read', 'webhooks:read']) =>
      api.makeKey({ platform: '4calls', org_id, scopes });
    const a = await open(await keyOf('a'));
    const b = await open(await keyOf('b'));
    const urpa = await open(await api.makeKey({ platform: 'urpa', scopes: ['events:read'] }));
    const calls = await open(await api.makeKey({ platform: '4calls', scopes: ['events:read'] }));
    const blind = await open(await keyOf('a', ['webhooks:read']));
    const webhook = await api.register({}, `${organization('a')}/webhooks`);
    const [ofA] = await api.emit({}, organization('a'));
    await api.register({}, `${organization('b')}/webhooks`);
    const [ofB] = await api.emit({}, organization('b'));
    for (const [stream, id] of [
      [a, ofA],
      [b, ofB],
      [calls, ofA],
      [calls, ofB],
    ] as const) {
      await stream.hears(id!);
    }
    await eventually(() => blind.messages.some(({ data }) => data.webhooks?.includes(webhook.id)));
    const said = (stream: typeof a) => JSON.stringify(stream.messages);
    expect(said(a)).not.toContain(ofB);
    expect(said(b)).not.toContain(ofA);
    expect(said(b)).not.toContain(webhook.id);
    expect(said(calls)).not.toContain(webhook.id);
    expect(said(blind)).not.toContain(ofA);
    expect(urpa.messages.filter(({ event }) => event !== null)).toEqual([]);
  });

  test('a key without a read scope gets no stream', async () => {
    const key = await api.makeKey({ platform: 'urpa', scopes: ['events:write'] });
    expect((await open(key)).status).toBe(403);
    expect((await open('wrong')).status).toBe(401);
  });

  test('a stream ends with its session or its key', async () => {
    const created = await api.ask('POST', '/api/admin/keys', {
      body: { name: 'x', platform: 'urpa', scopes: ['events:read'] },
    });
    const signedIn = await api.ask('POST', '/api/session', { key: null, body: { api_key: api.adminKey } });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const byKey = await open(created.body.key);
    const bySession = await openLive(`${api.url}/api/dashboard/live`, { cookie });
    opened.push(bySession);
    const other = await open(api.adminKey);
    await api.ask('DELETE', `/api/admin/keys/${created.body.id}`);
    await eventually(() => byKey.ended());
    await api.ask('DELETE', '/api/session', { key: null, headers: { cookie, origin: api.url } });
    await eventually(() => bySession.ended());
    expect(other.ended()).toBe(false);
  });
});

describe('after a reconnect', () => {
  test('a stream continues where it was', async () => {
    await api.register();
    const stream = await open(api.adminKey);
    const [before] = await api.emit();
    await stream.hears(before!);
    stream.close();
    const [missed] = await api.emit();
    const watcher = await open(api.adminKey);
    await api.register();
    await eventually(() => watcher.messages.some(({ event }) => event === 'change'));
    const resumed = await open(api.adminKey, { 'last-event-id': stream.lastId() });
    expect(resumed.messages[0]).toMatchObject({ event: 'change' });
    await resumed.hears(missed!);
  });

  test('a stream that missed nothing gets no message, even if nothing had happened', async () => {
    const first = await open(api.adminKey);
    first.close();
    const again = await open(api.adminKey, { 'last-event-id': first.lastId() });
    expect(again.messages[0]).toMatchObject({ event: null, id: first.lastId() });
  });

  test('a stream with an unknown position is reset', async () => {
    const stream = await open(api.adminKey, { 'last-event-id': 'of another process' });
    expect(stream.messages[0]).toMatchObject({ event: 'reset' });
  });

  test('all streams are reset if notifications may have been lost', async () => {
    const stream = await open(api.adminKey);
    await api.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'posthorn listener' and datname = current_database()`,
    );
    await eventually(() => stream.messages.some(({ event }) => event === 'reset'));
    const webhook = await api.register();
    await eventually(() => stream.messages.some(({ data }) => data.webhooks?.includes(webhook.id)));
    expect((await api.ask('GET', WEBHOOKS)).status).toBe(200);
  });
});
