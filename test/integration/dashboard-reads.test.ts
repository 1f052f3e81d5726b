import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { organization, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';

const DASHBOARD = '/api/dashboard';

let api: TestApi;
const keys: Record<string, string> = {};
const made: Record<string, { webhook: string; delivery: string; event: string }> = {};

beforeAll(async () => {
  api = await startApi();
  await api.database.pool.query(`insert into workers (id, host, pid) values ($1, 'here', 1)`, [uuidv7()]);
  const reads = ['webhooks:read', 'events:read'];
  keys['urpa'] = await api.makeKey({ platform: 'urpa', scopes: reads });
  keys['4calls'] = await api.makeKey({ platform: '4calls', scopes: reads });
  for (const org of ['a', 'b']) {
    keys[org] = await api.makeKey({ platform: '4calls', org_id: org, scopes: [...reads, 'admin'] });
  }
  for (const [name, base, webhooks] of [
    ['urpa', URPA, WEBHOOKS],
    ['a', organization('a'), `${organization('a')}/webhooks`],
    ['b', organization('b'), `${organization('b')}/webhooks`],
  ] as const) {
    const webhook = await api.register({ url: `https://${name}.example/hook`, description: `Größe_${name}` }, webhooks);
    const emitted = await api.ask('POST', `${base}/events`, { body: { event: 'contact.created', data: { of: name } } });
    made[name] = { webhook: webhook.id, delivery: emitted.body.deliveries[0].id, event: emitted.body.id };
  }
});
afterAll(() => api.close());

const get = (path: string, key?: string) => api.ask('GET', DASHBOARD + path, key === undefined ? {} : { key });
const ids = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => id);

describe('isolation', () => {
  test.each([
    ['webhook', '/webhooks'],
    ['delivery', '/deliveries'],
    ['event', '/events'],
  ] as const)('a list has each %s that the key may see, and no other', async (kind, path) => {
    const all = ['b', 'a', 'urpa'].map((name) => made[name]![kind]);
    expect(ids(await get(path))).toEqual(all);
    expect(ids(await get(`${path}?platform=4calls`))).toEqual(all.slice(0, 2));
    expect(ids(await get(`${path}?org_id=a`))).toEqual([made['a']![kind]]);
    expect(ids(await get(path, keys['urpa']))).toEqual([made['urpa']![kind]]);
    expect(ids(await get(path, keys['4calls']))).toEqual(all.slice(0, 2));
    expect(ids(await get(path, keys['a']))).toEqual([made['a']![kind]]);
    expect((await get(`${path}?org_id=b`, keys['a'])).status).toBe(404);
    expect((await get(`${path}?platform=urpa`, keys['a'])).status).toBe(404);
  });

  test.each([
    ['webhook', '/webhooks'],
    ['delivery', '/deliveries'],
    ['event', '/events'],
  ] as const)("another organization's %s does not exist", async (kind, path) => {
    expect((await get(`${path}/${made['a']![kind]}`, keys['a'])).body.id).toBe(made['a']![kind]);
    for (const name of ['b', 'urpa']) {
      expect((await get(`${path}/${made[name]![kind]}`, keys['a'])).body).toMatchObject({ status: 404 });
    }
  });

  test("another organization's counts, name and audit entries are not visible", async () => {
    const overview = (await get('/overview?range=1h', keys['a'])).body;
    expect(overview.totals.accepted).toBe(1);
    expect(overview.waiting.pending).toEqual({ count: 1, oldest_at: expect.any(String) });
    expect((await get('/overview?range=1h')).body.totals.accepted).toBe(3);
    expect((await get(`/overview?webhook_id=${made['b']!.webhook}`, keys['a'])).body.totals.accepted).toBe(0);
    expect((await get('/deliveries/count', keys['a'])).body).toEqual({ count: 1, exact: true });
    expect((await get(`/deliveries/count?event_id=${made['b']!.event}`, keys['a'])).body.count).toBe(0);
    expect((await get('/organizations', keys['a'])).body.data).toEqual([
      { platform: '4calls', org_id: 'a', webhooks: 1 },
    ]);
    const subjects = (await get('/audit', keys['a'])).body.data.map((entry: { org_id: string }) => entry.org_id);
    expect(new Set(subjects)).toEqual(new Set(['a']));
    expect((await get(`/audit?subject_id=${made['b']!.webhook}`, keys['a'])).body.data).toEqual([]);
    expect((await get('/audit', keys['urpa'])).status).toBe(403);
  });

  test('scopes are enforced', async () => {
    const webhooks = await api.makeKey({ platform: 'urpa', scopes: ['webhooks:read'] });
    const events = await api.makeKey({ platform: 'urpa', scopes: ['events:read'] });
    for (const path of ['/deliveries', '/deliveries/count', '/events', '/overview', `/deliveries/${uuidv7()}`]) {
      expect([path, (await get(path, webhooks)).status]).toEqual([path, 403]);
    }
    for (const path of ['/webhooks', `/webhooks/${uuidv7()}`]) {
      expect([path, (await get(path, events)).status]).toEqual([path, 403]);
    }
    for (const key of [webhooks, events]) {
      expect((await get('/organizations', key)).status).toBe(200);
      expect((await get('/health', key)).status).toBe(200);
      const check = await api.ask('POST', `${DASHBOARD}/check-url`, { key, body: { url: 'https://a.example' } });
      expect(check.status).toBe(403);
    }
  });
});

describe('webhooks', () => {
  test('include their health', async () => {
    const { body } = await get(`/webhooks/${made['a']!.webhook}`, keys['a']);
    expect(body).toMatchObject({
      platform: '4calls',
      org_id: 'a',
      url: 'https://a.example/hook',
      deleted_at: null,
      last_failure: null,
      waiting: { pending: 1, retrying: 0, held: 0 },
    });
    expect(body.last_24h).toHaveLength(24);
    expect(body).not.toHaveProperty('secret');
  });

  test('can be searched by text and filtered by state', async () => {
    const find = async (query: string) =>
      (await get(`/webhooks?${query}`, keys['4calls'])).body.data.map(({ org_id }: { org_id: string }) => org_id);
    expect(await find('search=A.EXAMPLE')).toEqual(['a']);
    expect(await find(`search=${encodeURIComponent('größe_B')}`)).toEqual(['b']);
    expect(await find('search=%25')).toEqual([]);
    expect(await find('state=active')).toEqual(['b', 'a']);
    expect(await find('state=struggling')).toEqual([]);
    await api.ask('POST', `${organization('a')}/webhooks/${made['a']!.webhook}/pause`);
    expect(await find('state=paused')).toEqual(['a']);
    expect(await find('state=active')).toEqual(['b']);
    await api.ask('POST', `${organization('a')}/webhooks/${made['a']!.webhook}/resume`);
    const off = await api.register({ active: false, url: 'https://off.example' }, `${organization('b')}/webhooks`);
    expect((await get('/webhooks?state=off', keys['b'])).body.data).toMatchObject([{ id: off.id, active: false }]);
    await api.ask('DELETE', `${organization('b')}/webhooks/${off.id}`);
    expect((await get('/webhooks?state=off', keys['b'])).body.data).toEqual([]);
    expect((await get(`/webhooks/${off.id}`, keys['b'])).body.deleted_at).toEqual(expect.any(String));
  });

  test('are paged, and so are organizations', async () => {
    const key = await api.makeKey({ platform: '4calls', scopes: ['webhooks:read'] });
    for (const org of ['p1', 'p2', 'p3']) await api.register({}, `${organization(org)}/webhooks`);
    for (const [path, name] of [
      ['/webhooks', 'id'],
      ['/organizations', 'org_id'],
    ] as const) {
      const all = (await get(path, key)).body.data.map((one: Record<string, string>) => one[name]);
      const paged: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = await get(`${path}?limit=2&cursor=${cursor}`, key);
        paged.push(...body.data.map((one: Record<string, string>) => one[name]));
        cursor = body.next_cursor;
      }
      expect(paged).toEqual(all);
    }
    expect((await get('/organizations?search=P2', key)).body.data).toMatchObject([{ org_id: 'p2' }]);
  });
});

describe('deliveries', () => {
  test('have filters, which also apply to their counts', async () => {
    const first = await api.register({ events: ['activity.created'] });
    const second = await api.register({ events: ['activity.created', 'activity.completed'] });
    const begin = new Date().toISOString();
    const emitted = await api.ask('POST', `${URPA}/events`, { body: { event: 'activity.created', data: {} } });
    await api.emit({ event: 'activity.completed' });
    await api.ask('POST', `${WEBHOOKS}/${first.id}/pause`);
    const expectCount = async (query: string, count: number) => {
      expect([query, (await get(`/deliveries?${query}`)).body.data.length]).toEqual([query, count]);
      expect([query, (await get(`/deliveries/count?${query}`)).body]).toEqual([query, { count, exact: true }]);
    };
    await expectCount(`since=${begin}`, 3);
    await expectCount(`until=${begin}`, 3);
    await expectCount(`event=activity.created`, 2);
    await expectCount(`webhook_id=${second.id}`, 2);
    await expectCount(`webhook_id=${second.id}&event=activity.created`, 1);
    await expectCount(`event_id=${emitted.body.id}`, 2);
    await expectCount(`event_id=${emitted.body.id}&status=held`, 1);
    await expectCount(`status=held`, 1);
    await expectCount(`status=held,pending&platform=urpa`, 4);
    await expectCount(`status=delivered`, 0);
    await expectCount(`status=failed,cancelled&platform=4calls`, 0);
    await api.ask('DELETE', `${WEBHOOKS}/${first.id}`);
    await expectCount(`status=cancelled`, 1);
    await expectCount(`status=cancelled,failed&webhook_id=${first.id}`, 1);
    expect((await get(`/deliveries?webhook_id=${first.id}`)).body.data[0]).toMatchObject({
      platform: 'urpa',
      org_id: null,
      webhook_url: first.url,
      status: 'cancelled',
    });
    for (const query of [
      'status=sent',
      'event=nothing',
      'platform=other',
      'since=now',
      'limit=201',
      'cursor=x',
      'webhook_id=1',
    ]) {
      expect([query, (await get(`/deliveries?${query}`)).status]).toEqual([query, 422]);
    }
  });

  test('are paged without loss or repetition', async () => {
    await Promise.all(Array.from({ length: 7 }, () => api.emit()));
    const all = ids(await get('/deliveries'));
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await get(`/deliveries?limit=3&cursor=${cursor}`);
      paged.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(all);
    expect(paged.length).toBeGreaterThan(9);
  });

  test('have details with the signed request, if the key may see the secret', async () => {
    const { delivery, webhook } = made['a']!;
    const writer = await api.makeKey({ platform: '4calls', org_id: 'a', scopes: ['events:read', 'webhooks:write'] });
    const secret = 'a-secret-of-my-own-choice';
    await api.ask('PUT', `${organization('a')}/webhooks/${webhook}`, { body: { secret } });
    const { body } = await get(`/deliveries/${delivery}`, writer);
    expect(body).toMatchObject({
      id: delivery,
      platform: '4calls',
      org_id: 'a',
      webhook: { id: webhook, url: 'https://a.example/hook', active: true, paused_at: null, deleted_at: null },
      payload: { event: 'contact.created', data: { of: 'a' } },
      workflow: { id: null, url: null, state: 'none', detail: null },
    });
    const { createHmac } = await import('node:crypto');
    const signature = createHmac('sha256', secret).update(body.body).digest('hex');
    expect(body.request_headers).toMatchObject({
      'X-4Calls-Signature': signature,
      'X-4Calls-Event': 'contact.created',
      'X-4Calls-Delivery': delivery,
      'webhook-id': delivery,
      'content-type': 'application/json',
    });
    const reader = await api.makeKey({ platform: '4calls', org_id: 'a', scopes: ['events:read'] });
    const hidden = (await get(`/deliveries/${delivery}`, reader)).body.request_headers;
    expect(hidden).toMatchObject({ 'X-4Calls-Signature': '…', 'webhook-signature': '…', 'webhook-id': delivery });
  });
});

describe('events', () => {
  test('list the webhooks that got them, those that did not, and why', async () => {
    const base = organization('why');
    const webhooks = `${base}/webhooks`;
    const names = new Map<string, string>();
    const register = async (name: string, fields: Record<string, unknown> = {}) => {
      const { id } = await api.register({ url: `https://${name}.example`, ...fields }, webhooks);
      names.set(id, name);
      return id as string;
    };
    const got = await register('got');
    const deleted = await register('deleted');
    const other = await register('other', { events: ['contact.updated'] });
    await register('off', { active: false });
    const turned = await register('turned');
    await api.ask('DELETE', `${webhooks}/${deleted}`);
    await api.ask('PUT', `${webhooks}/${turned}`, { body: { active: false } });
    const emitted = await api.ask('POST', `${base}/events`, { body: { event: 'contact.created', data: { n: 1 } } });
    await api.ask('PUT', `${webhooks}/${turned}`, { body: { active: true } });
    await api.ask('PUT', `${webhooks}/${other}`, { body: { events: ['contact.created'] } });
    await register('later');
    const { body } = await get(`/events/${emitted.body.id}`);
    expect(body).toMatchObject({
      platform: '4calls',
      org_id: 'why',
      event: 'contact.created',
      deliveries: [{ webhook_id: got, webhook_url: 'https://got.example' }],
    });
    expect(JSON.parse(body.body)).toMatchObject({ event: 'contact.created', data: { n: 1 } });
    const reasons = Object.fromEntries(
      body.not_delivered_to.map(({ webhook, reason }: { webhook: { id: string }; reason: string }) => [
        names.get(webhook.id),
        reason.replace(/\d{4}-.*Z/, 'TIME'),
      ]),
    );
    expect(reasons).toEqual({
      deleted: 'it was deleted before, at TIME',
      other: 'it was subscribed to other event types then: contact.updated',
      off: 'it was turned off then, since TIME',
      turned: 'it was turned off then, since TIME',
      later: 'it was registered later, at TIME',
    });
  });

  test('are listed with the statuses of their deliveries', async () => {
    const { body } = await get('/events?org_id=why&platform=4calls');
    expect(body.data).toMatchObject([
      { org_id: 'why', deliveries: { pending: 1, retrying: 0, delivered: 0, failed: 0, cancelled: 0, held: 0 } },
    ]);
    expect((await get('/events?org_id=why&event=contact.updated')).body.data).toEqual([]);
    expect((await get(`/events?org_id=why&since=${new Date().toISOString()}`)).body.data).toEqual([]);
    const all = ids(await get('/events'));
    const first = (await get('/events?limit=4')).body;
    const second = (await get(`/events?limit=200&cursor=${first.next_cursor}`)).body;
    expect([...ids({ body: first }), ...ids({ body: second })]).toEqual(all);
  });
});
