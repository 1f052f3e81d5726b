import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { ApiError, ConnectionError, Posthorn, type Delivery } from '../../clients/typescript/src/index.ts';
import { eventually } from '../eventually.ts';
import { serve } from '../local-servers.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { startUnreliableProxy, type UnreliableProxy } from './unreliable-proxy.ts';

let system: System;
let receiver: Receiver;
let proxy: UnreliableProxy;
/** Its requests pass the proxy. */
let posthorn: Posthorn;
beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  proxy = await startUnreliableProxy(system.apiUrl);
  posthorn = through(proxy.url);
});
afterEach(() => {
  proxy.faults = [];
  proxy.count = 0;
});
afterAll(async () => {
  await Promise.all([proxy.close(), receiver.close(), system.stop()]);
});

function through(url: string, more: { key?: string; timeoutMs?: number } = {}): Posthorn {
  return new Posthorn({
    url,
    key: system.adminKey,
    timeoutMs: 20_000,
    retries: { tries: 4, firstPauseMs: 20 },
    ...more,
  });
}

async function countEvents(): Promise<number> {
  return Number((await system.sql('select count(*) as n from events'))[0]!['n']);
}

const contact = { id: '1', email: 'ada@example.com' };

test('manages webhooks, emits, and reads what became of the event', async () => {
  const { webhooks, events, deliveries } = posthorn.urpa;
  const { id, secret } = await webhooks.create({ url: receiver.url, events: ['contact.created'] });
  expect(secret).toMatch(/^whsec_/);
  const accepted = await events.emit('contact.created', { ...contact, note: 'Größe/1' });
  const delivery = accepted.deliveries.find(({ webhook_id }) => webhook_id === id)!;
  await system.reaches(delivery.id, 'delivered');
  expect(receiver.of(delivery.id)[0]!.body).toContain('"note":"Gr\\u00f6\\u00dfe\\/1"');
  expect(await deliveries.get(delivery.id)).toMatchObject({ attempts: 1, payload: { data: contact } });
  await expect(deliveries.retry(delivery.id)).rejects.toMatchObject({ status: 409, code: 'already_delivered' });
  expect((await deliveries.retry(delivery.id, { force: true })).id).toBe(delivery.id);

  expect(await webhooks.update(id, { description: 'CRM' })).toMatchObject({ id, description: 'CRM' });
  expect((await webhooks.pause(id)).paused).toBe(true);
  expect((await webhooks.resume(id)).paused).toBe(false);
  expect((await webhooks.rotateSecret(id, { overlap: 60 })).secret).not.toBe(secret);
  expect((await webhooks.endRotation(id)).secret_rotation).toBeNull();
  expect(await webhooks.delete(id)).toBeUndefined();
  await expect(webhooks.get(id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

test('keeps the time of an event, and emits to an organization', async () => {
  const timestamp = new Date('2026-01-22T12:30:00.123+02:00');
  const accepted = await posthorn.fourcalls('org/1 ü').events.emit('contact.created', contact, { timestamp });
  expect(accepted.timestamp).toBe('2026-01-22T10:30:00.123Z');
  const [row] = await system.sql('select org_id from events where id = $1', [accepted.id]);
  expect(row).toEqual({ org_id: 'org/1 ü' });
});

test('finds owners by the ids of their platforms', async () => {
  const { id } = await posthorn.owner('4calls', 'org-9').events.emit('contact.created', contact);
  const [row] = await system.sql('select platform, org_id from events where id = $1', [id]);
  expect(row).toEqual({ platform: '4calls', org_id: 'org-9' });
  await expect(posthorn.owner('posthorn').events.emit('delivery.failed', {})).rejects.toMatchObject({ status: 403 });
  const { data } = await posthorn.owner('posthorn', 'org-9').eventTypes.list();
  expect(data.map(({ type }) => type)).toContain('delivery.failed');
  expect(() => posthorn.owner('nowhere')).toThrow('There is no platform nowhere; there are urpa, 4calls, posthorn.');
  expect(() => posthorn.owner('4calls')).toThrow('4calls has organizations: name one.');
  expect(() => posthorn.owner('urpa', 'org-9')).toThrow('urpa has no organizations.');
  expect(() => posthorn.fourcalls('..')).toThrow(TypeError);
});

test('a key makes an event once, and is refused for another', async () => {
  const emit = (id: string) => posthorn.urpa.events.emit('contact.created', { id }, { idempotencyKey: 'order-1' });
  expect((await emit('a')).id).toBe((await emit('a')).id);
  const refusal = await emit('b').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApiError);
  expect(refusal).toMatchObject({ status: 409, code: 'idempotency_conflict', errors: [] });
});

test('says what is wrong with a request', async () => {
  const refusal = posthorn.owner('urpa').events.emit('nothing.happened', {});
  await expect(refusal).rejects.toMatchObject({
    name: 'ApiError',
    status: 422,
    code: 'invalid_request',
    errors: [{ path: 'event', message: expect.stringContaining('unknown event type') }],
  });
  expect(proxy.count).toBe(1);
});

test('emits any number of events in batches, and returns a result for each in order', async () => {
  await posthorn.urpa.events.emit('contact.created', { id: 'taken' }, { idempotencyKey: 'taken' });
  const before = await countEvents();
  proxy.count = 0;
  async function* events() {
    for (let n = 0; n < 2_500; n++) {
      yield {
        event: 'contact.created',
        data: { id: String(n) },
        ...(n === 1_200 && { idempotencyKey: 'taken' }),
      } as const;
    }
  }
  const results = await posthorn.urpa.events.emitBatch(events());
  expect(proxy.count).toBe(3);
  expect(results).toHaveLength(2_500);
  expect(results[1_200]).toMatchObject({ error: { code: 'idempotency_conflict' } });
  expect(await countEvents()).toBe(before + 2_499);
  const { id } = results[2_400] as { id: string };
  const [row] = await system.sql('select body from events where id = $1', [id]);
  expect(row!['body']).toContain('{"id":"2400"}');
  expect(await posthorn.urpa.events.emitBatch([])).toEqual([]);
});

test.each([
  [['drop the request', 'answer 503', 'answer 429'] as const, 4],
  [['drop the answer', 'never answer'] as const, 3],
])('repeats a request after %j, and the event is stored once', async (faults, requests) => {
  proxy.faults = [...faults];
  const before = await countEvents();
  const { id } = await posthorn.urpa.events.emit('contact.created', contact, { timeoutMs: 2_000 });
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(proxy.count).toBe(requests);
  expect(await countEvents()).toBe(before + 1);
});

test('a batch whose answer was lost is stored once', async () => {
  proxy.faults = ['drop the answer'];
  const before = await countEvents();
  const events = ['a', 'b', 'c'].map((id) => ({ event: 'contact.created' as const, data: { id } }));
  expect(await posthorn.urpa.events.emitBatch(events)).toHaveLength(3);
  expect(proxy.count).toBe(2);
  expect(await countEvents()).toBe(before + 3);
});

test('a deletion whose answer was lost succeeds', async () => {
  const { id } = await posthorn.urpa.webhooks.create({ url: receiver.url, events: ['ai_task.created'] });
  proxy.faults = ['drop the answer'];
  expect(await posthorn.urpa.webhooks.delete(id)).toBeUndefined();
  await expect(posthorn.urpa.webhooks.delete(id)).rejects.toMatchObject({ status: 404 });
});

test('does not repeat what would be done twice, except after a 429', async () => {
  const create = () => posthorn.urpa.webhooks.create({ url: receiver.url, events: ['ai_task.created'] });
  for (const fault of ['drop the answer', 'answer 503'] as const) {
    proxy.faults = [fault];
    proxy.count = 0;
    await expect(create()).rejects.toThrow();
    expect(proxy.count).toBe(1);
  }
  proxy.faults = ['answer 429'];
  expect((await create()).events).toEqual(['ai_task.created']);
  expect(proxy.count).toBe(3);
});

test('gives up after its tries, with an error that says why', async () => {
  const emit = (client: Posthorn) => client.urpa.events.emit('contact.created', contact);
  proxy.faults = Array.from({ length: 9 }, () => 'drop the request' as const);
  await expect(emit(posthorn)).rejects.toThrow(ConnectionError);
  expect(proxy.count).toBe(4);
  const nobody = `http://127.0.0.1:${await findFreePort()}`;
  await expect(emit(through(nobody))).rejects.toThrow(`${nobody} did not answer: connect ECONNREFUSED`);
  proxy.faults = Array.from({ length: 4 }, () => 'never answer' as const);
  await expect(emit(through(proxy.url, { timeoutMs: 50 }))).rejects.toThrow(`${proxy.url} did not answer within 50 ms`);
  proxy.faults = Array.from({ length: 4 }, () => 'answer 429' as const);
  const limited = { status: 429, code: null, message: 'Status 429, and not from Posthorn' };
  await expect(emit(posthorn)).rejects.toMatchObject(limited);
  await expect(emit(through(proxy.url, { key: 'wrong' }))).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
});

test.each(['never answer', 'answer 503'] as const)('a signal ends a request after %j', async (fault) => {
  proxy.faults = [fault];
  const controller = new AbortController();
  const patient = new Posthorn({ url: proxy.url, key: system.adminKey, retries: { firstPauseMs: 600_000 } });
  const emitting = patient.urpa.events.emit('contact.created', contact, { signal: controller.signal });
  await eventually(() => proxy.count > 0);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(emitting).rejects.toBe(reason);
  await expect(posthorn.health({ signal: controller.signal })).rejects.toBe(reason);
  expect(proxy.count).toBe(1);
});

test('reads every page, item by item or page by page', async () => {
  const { webhooks, events, deliveries } = posthorn.fourcalls('org-pages');
  const webhook = await webhooks.create({ url: receiver.url, events: ['contact.created'] });
  await events.emitBatch(Array.from({ length: 5 }, (_, n) => ({ event: 'contact.created', data: { id: String(n) } })));
  const since = new Date(Date.now() - 3_600_000);
  const list = deliveries.list({ status: ['pending', 'delivered'], webhook_id: webhook.id, since, limit: 2 });
  const items: Delivery[] = [];
  for await (const delivery of list) items.push(delivery);
  expect(new Set(items.map(({ id }) => id)).size).toBe(5);
  const sizes: number[] = [];
  for await (const page of list.pages()) sizes.push(page.data.length);
  expect(sizes).toEqual([2, 2, 1]);
  const first = await list;
  expect(first.data.map(({ id }) => id)).toEqual(items.slice(0, 2).map(({ id }) => id));
  const rest = await deliveries.list({ limit: 50, cursor: first.next_cursor! });
  expect(rest.data.map(({ id }) => id)).toEqual(items.slice(2).map(({ id }) => id));
  await expect(deliveries.list({ cursor: 'wrong' })).rejects.toMatchObject({ errors: [{ path: 'cursor' }] });
});

test('recovers many deliveries', async () => {
  const { webhooks, events, recoveries } = posthorn.fourcalls('org-recovery');
  receiver.answer((_arrival, response) => void response.writeHead(500).end());
  const webhook = await webhooks.create({
    url: receiver.url,
    events: ['contact.created'],
    retry_policy: { maximum_attempts: 1 },
  });
  const { deliveries } = await events.emit('contact.created', contact);
  const failed = posthorn.fourcalls('org-recovery').deliveries;
  await eventually(async () => (await failed.get(deliveries[0]!.id)).status === 'failed');
  receiver.answer((_arrival, response) => void response.writeHead(200).end());
  const filter = { webhook_id: webhook.id, since: new Date(0) };
  expect(await recoveries.count(filter)).toEqual({ count: 1, exact: true });
  const { id } = await recoveries.start({ filter, rate: 10 });
  await eventually(async () => (await recoveries.get(id)).state === 'completed');
  await eventually(async () => (await failed.get(deliveries[0]!.id)).status === 'delivered');
});

test('tells the headers of an answer', async () => {
  const seen: (string | null)[] = [];
  const again = {
    idempotencyKey: 'seen-before',
    onHeaders: (headers: Headers) => seen.push(headers.get('idempotent-replayed')),
  };
  for (let count = 0; count < 2; count++) await posthorn.urpa.events.emit('contact.created', { id: '1' }, again);
  expect(seen).toEqual([null, 'true']);
});

test('makes and revokes keys, and tells how Posthorn is', async () => {
  const created = await posthorn.keys.create({ name: 'reader', platform: 'urpa', scopes: ['events:read'] });
  const reader = through(system.apiUrl, { key: created.key });
  expect((await reader.urpa.deliveries.list()).data).toBeInstanceOf(Array);
  await expect(reader.urpa.webhooks.list()).rejects.toMatchObject({ status: 403, code: 'forbidden' });
  const { data } = await posthorn.keys.list();
  expect(data.map(({ id }) => id)).toContain(created.id);
  expect(await posthorn.keys.revoke(created.id)).toBeUndefined();
  await expect(reader.urpa.deliveries.list()).rejects.toMatchObject({ status: 401 });
  expect(await posthorn.health()).toEqual({ status: 'ok' });
  expect(await posthorn.readiness()).toMatchObject({ status: 'ok' });
  expect(await posthorn.metrics()).toContain('posthorn_events_accepted_total');
  expect(await posthorn.call('GET', '/api/dashboard/organizations', { query: { limit: 1 } })).toHaveProperty('data');
});

test('says when the address is not that of Posthorn', async () => {
  const [page, redirect] = await Promise.all([
    serve((_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>')),
    serve((_request, response) => void response.writeHead(302, { location: `${system.apiUrl}/healthz` }).end()),
  ]);
  await expect(through(page).health()).rejects.toThrow('The answer is not JSON. Is this the address of Posthorn?');
  await expect(through(redirect).health()).rejects.toMatchObject({ status: 302, code: null });
});

test.each([
  [{ url: 'ftp://posthorn.example' }, 'url must be http or https'],
  [{ url: 'posthorn.example' }, 'Invalid URL'],
  [{ url: 'https://ada:secret@posthorn.example' }, 'url must have no credentials'],
  [{ url: 'https://posthorn.example/?a=b' }, 'url must have no credentials, query or fragment'],
  [{ key: 'a b' }, 'key must be visible ASCII characters'],
  [{ key: '' }, 'key must be visible ASCII characters'],
  [{ timeoutMs: Infinity }, 'timeoutMs must be 1 to 2147483647'],
  [{ retries: { tries: 0 } }, 'tries must be at least 1'],
])('refuses the options %j', (options, message) => {
  expect(() => new Posthorn({ url: 'https://posthorn.example', key: 'key', ...options })).toThrow(message);
});

test('sends nothing that is not valid', async () => {
  const emit = (options: object) => posthorn.urpa.events.emit('contact.created', contact, options);
  for (const options of [{ idempotencyKey: 'größer/€' }, { idempotencyKey: 'a\nb' }, { timeoutMs: 0 }])
    await expect(emit(options)).rejects.toThrow(TypeError);
  for (const id of ['', '.', '..']) await expect(posthorn.urpa.webhooks.get(id)).rejects.toThrow(TypeError);
  expect(proxy.count).toBe(0);
  await expect(emit({ idempotencyKey: 'a b' })).rejects.toMatchObject({ errors: [{ path: 'Idempotency-Key' }] });
});
