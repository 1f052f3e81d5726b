import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureAdminKey } from '../../api/auth/admin-key.ts';
import { eventually } from '../eventually.ts';
import { enterPortal } from '../portal.ts';
import { DELIVERIES, organization, readAnswer, serveApi, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const KEYS = '/api/admin/keys';
const event = { event: 'contact.created', data: {} };
const webhook = { url: 'https://receiver.example', events: ['contact.created'] };

describe('managing keys', () => {
  test('a key is shown once and stored as a hash', async () => {
    const created = await api.ask('POST', KEYS, {
      body: { name: 'shop', platform: 'urpa', scopes: ['events:write', 'events:write'] },
    });
    expect(created.status).toBe(201);
    const { key, ...rest } = created.body;
    expect(key).toMatch(/^ph_[0-9A-Za-z]{40}$/);
    expect(rest).toEqual({
      id: expect.any(String),
      name: 'shop',
      platform: 'urpa',
      org_id: null,
      scopes: ['events:write'],
      hint: key.slice(0, 7),
      created_at: expect.any(String),
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
    });
    const listed = await api.ask('GET', KEYS);
    expect(listed.body.data[0]).toEqual(rest);
    const { rows } = await api.database.pool.query('select row_to_json(k)::text as row from api_keys k');
    const audit = await api.database.pool.query('select details from audit_log where subject_id = $1', [rest.id]);
    expect(audit.rows).toEqual([{ details: { name: 'shop', scopes: ['events:write'] } }]);
    const elsewhere = [listed.text, JSON.stringify(rows), JSON.stringify(audit.rows), ...api.lines].join('\n');
    expect(elsewhere).not.toContain(key);
    expect(elsewhere).not.toContain(api.adminKey);
  });

  test('a revoked key stops working at once in every process', async () => {
    const second = await serveApi(api.database.url);
    try {
      const { key, id } = (
        await api.ask('POST', KEYS, { body: { name: 'x', platform: 'urpa', scopes: ['webhooks:read'] } })
      ).body;
      const asked = async (url: string) =>
        (await readAnswer(await fetch(url + WEBHOOKS, { headers: { authorization: `Bearer ${key}` } }))).status;
      expect([await asked(api.url), await asked(second.url)]).toEqual([200, 200]);
      expect((await api.ask('DELETE', `${KEYS}/${id}`)).status).toBe(204);
      expect(await asked(api.url)).toBe(401);
      await eventually(async () => (await asked(second.url)) === 401, 1_000);
      expect((await api.ask('DELETE', `${KEYS}/${id}`)).status).toBe(404);
      expect((await api.ask('GET', KEYS)).body.data[0]).toMatchObject({ id, revoked_at: expect.any(String) });
    } finally {
      await second.close();
    }
  });

  test('a key stops working when it expires, and so do its sessions and portals', async () => {
    const body = { name: 'brief', platform: 'urpa', scopes: ['admin'], expires_in: 60 };
    const { key, id, created_at, expires_at } = (await api.ask('POST', KEYS, { body })).body;
    expect(new Date(expires_at).getTime() - new Date(created_at).getTime()).toBe(60_000);
    await api.database.query(`update api_keys set expires_at = now() + interval '1 second' where id = $1`, [id]);
    const signedIn = await api.ask('POST', '/api/session', { body: { api_key: key }, key: null });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const portal = await enterPortal(api, URPA, undefined, key);
    const byKey = () => api.ask('GET', WEBHOOKS, { key });
    const bySession = () => api.ask('GET', '/api/session', { key: null, headers: { cookie } });
    const byPortal = () => portal.ask('GET', '/api/session');
    const statuses = async () => (await Promise.all([byKey(), bySession(), byPortal()])).map(({ status }) => status);
    expect(await statuses()).toEqual([200, 200, 200]);
    await eventually(async () => (await statuses()).every((status) => status === 401), 3_000);
    expect((await byKey()).body.detail).toMatch(/^this key expired at 20.+Z; create a new one$/);
    expect((await bySession()).body.detail).toBe('the session is over; sign in again');
    const signIn = await api.ask('POST', '/api/session', { body: { api_key: key }, key: null });
    expect(signIn.body).toMatchObject({ status: 401, detail: expect.stringContaining('expired at') });
  });

  test('a key lists when it was used last', async () => {
    const { key, id } = (
      await api.ask('POST', KEYS, { body: { name: 'x', platform: 'urpa', scopes: ['webhooks:read'] } })
    ).body;
    const second = await serveApi(api.database.url);
    const before = Date.now();
    await fetch(second.url + WEBHOOKS, { headers: { authorization: `Bearer ${key}` } });
    await second.close();
    const found = (await api.ask('GET', KEYS)).body.data.find((each: { id: string }) => each.id === id);
    expect(new Date(found.last_used_at).getTime()).toBeGreaterThan(before - 1_000);
  });

  test.each([
    ['expires_in', { name: 'x', platform: 'urpa', scopes: ['admin'], expires_in: 59 }, expect.stringContaining('60')],
    [
      'expires_in',
      { name: 'x', platform: 'urpa', scopes: ['admin'], expires_in: '1d' },
      expect.stringContaining('number'),
    ],
    ['name', { platform: 'urpa', scopes: ['admin'] }, 'is required'],
    ['scopes', { name: 'x', platform: 'urpa', scopes: [] }, 'must not be empty'],
    [
      'scopes[0]',
      { name: 'x', platform: 'urpa', scopes: ['all'] },
      expect.stringContaining('valid are webhooks:read, webhooks:write'),
    ],
    [
      'platform',
      { name: 'x', platform: 'other', scopes: ['admin'] },
      'unknown platform "other"; valid are urpa, 4calls, posthorn',
    ],
    ['platform', { name: 'x', scopes: ['events:write'] }, 'is required for a key without the scope admin'],
    ['org_id', { name: 'x', platform: 'urpa', org_id: 'a', scopes: ['admin'] }, expect.stringContaining('4calls')],
    ['org_id', { name: 'x', platform: '4calls', org_id: '', scopes: ['admin'] }, 'must be at least 1 character long'],
  ])('refuses an invalid %s', async (path, body, message) => {
    expect((await api.ask('POST', KEYS, { body })).body).toMatchObject({ status: 422, errors: [{ path, message }] });
  });

  test('requires an admin key without a platform', async () => {
    for (const fields of [
      { platform: 'urpa', scopes: ['admin'] },
      { platform: '4calls', org_id: 'a', scopes: ['admin'] },
    ]) {
      const key = await api.makeKey(fields);
      for (const [method, path] of [
        ['GET', KEYS],
        ['POST', KEYS],
        ['DELETE', `${KEYS}/${crypto.randomUUID()}`],
      ] as const) {
        const answer = await api.ask(method, path, { key });
        expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
      }
    }
    expect((await api.ask('GET', KEYS, { key: await api.makeKey({ scopes: ['admin'] }) })).status).toBe(200);
  });

  test('a new admin key in the environment replaces the old one', async () => {
    const keys = ['first-admin-key-0123', 'second-admin-key-0123'];
    const asked = async (key: string) => (await api.ask('GET', KEYS, { key })).status;
    await ensureAdminKey(api.database.pool, keys[0]!);
    expect(await asked(keys[0]!)).toBe(200);
    await ensureAdminKey(api.database.pool, keys[1]!);
    await eventually(async () => (await asked(keys[0]!)) === 401, 1_000);
    expect(await asked(keys[1]!)).toBe(200);
    await ensureAdminKey(api.database.pool, api.adminKey);
    expect(await asked(api.adminKey)).toBe(200);
  });
});

test.each([
  [null, 'send your key in the header "Authorization: Bearer <key>"'],
  ['', 'the header Authorization must be "Bearer <key>"'],
  ['ph_unknown', 'this key does not exist or was revoked'],
])('401 for the key %j', async (key, detail) => {
  for (const path of [WEBHOOKS, DELIVERIES, `${organization('a')}/event-types`, KEYS]) {
    const answer = await api.ask('GET', path, { key });
    expect(answer.body).toMatchObject({ status: 401, code: 'unauthorized', detail });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="posthorn"');
  }
});

const scopes = ['webhooks:read', 'webhooks:write', 'events:write', 'events:read', 'admin'] as const;
const uuid = '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77';
const routes = (base: string, webhooks: string) =>
  [
    ['POST', `${base}/${webhooks}`, 'webhooks:write', webhook, 201],
    ['GET', `${base}/${webhooks}`, 'webhooks:read', undefined, 200],
    ['GET', `${base}/${webhooks}/${uuid}`, 'webhooks:read', undefined, 404],
    ['PUT', `${base}/${webhooks}/${uuid}`, 'webhooks:write', {}, 404],
    ['DELETE', `${base}/${webhooks}/${uuid}`, 'webhooks:write', undefined, 404],
    ['POST', `${base}/${webhooks}/${uuid}/pause`, 'webhooks:write', undefined, 404],
    ['POST', `${base}/${webhooks}/${uuid}/resume`, 'webhooks:write', undefined, 404],
    ['GET', `${base}/webhooks/events`, 'events:read', undefined, 200],
    ['GET', `${base}/webhooks/events/${uuid}`, 'events:read', undefined, 404],
    ['POST', `${base}/webhooks/events/${uuid}/retry`, 'events:write', undefined, 404],
    ['GET', `${base}/event-types`, 'webhooks:read or events:read or events:write', undefined, 200],
    ['POST', `${base}/events`, 'events:write', event, 202],
    ['POST', `${base}/events/batch`, 'events:write', { events: [event] }, 202],
  ] as const;

describe.each([
  { platform: 'urpa', fields: { platform: 'urpa' }, routes: routes(URPA, 'integrations/webhooks') },
  { platform: '4calls', fields: { platform: '4calls', org_id: 'a' }, routes: routes(organization('a'), 'webhooks') },
])('scopes on $platform', ({ fields, routes }) => {
  test.each(scopes)('%s allows exactly its routes', async (scope) => {
    const key = await api.makeKey({ ...fields, scopes: [scope] });
    for (const [method, path, needed, body, status] of routes) {
      const answer = await api.ask(method, path, { key, ...(body && { body }) });
      if (needed.split(' or ').includes(scope) || scope === 'admin')
        expect(answer.status, `${method} ${path}`).toBe(status);
      else {
        expect(answer.body, `${method} ${path}`).toMatchObject({
          status: 403,
          detail: `this key lacks the scope ${needed}; it has ${scope}`,
        });
      }
    }
  });
});

describe('isolation', () => {
  test('another platform is forbidden', async () => {
    const urpa = await api.makeKey({ platform: 'urpa', scopes: ['admin'] });
    const fourcalls = await api.makeKey({ platform: '4calls', scopes: ['admin'] });
    expect((await api.ask('GET', `${organization('a')}/webhooks`, { key: urpa })).body).toMatchObject({
      status: 403,
      detail: 'this key is for the platform urpa, not for 4calls',
    });
    expect((await api.ask('POST', `${URPA}/events`, { key: fourcalls, body: event })).status).toBe(403);
  });

  test('another organization appears not to exist', async () => {
    const [a, b] = await Promise.all(
      ['a', 'b'].map((org_id) => api.makeKey({ platform: '4calls', org_id, scopes: ['admin'] })),
    );
    const { id } = (await api.ask('POST', `${organization('a')}/webhooks`, { key: a, body: webhook })).body;
    const emitted = await api.ask('POST', `${organization('a')}/events`, { key: a, body: event });
    const delivery = emitted.body.deliveries.find((one: { webhook_id: string }) => one.webhook_id === id).id;
    for (const [method, path, , body] of routes(organization('a'), 'webhooks')) {
      const answer = await api.ask(method, path, { key: b, ...(body && { body }) });
      expect(answer.body, `${method} ${path}`).toMatchObject({ status: 404, code: 'not_found' });
    }
    for (const [method, path] of [
      ['GET', `webhooks/${id}`],
      ['PUT', `webhooks/${id}`],
      ['DELETE', `webhooks/${id}`],
      ['POST', `webhooks/${id}/pause`],
      ['GET', `webhooks/events/${delivery}`],
      ['POST', `webhooks/events/${delivery}/retry`],
    ] as const) {
      const answer = await api.ask(method, `${organization('b')}/${path}`, {
        key: b,
        ...(method === 'PUT' && { body: {} }),
      });
      expect(answer.body, `${method} ${path}`).toMatchObject({ status: 404 });
    }
    expect((await api.ask('POST', `${organization('b')}/events`, { key: b, body: event })).body.deliveries).toEqual([]);
    expect((await api.ask('GET', `${organization('b')}/webhooks`, { key: b })).body.data).toEqual([]);
  });

  test('a key of the whole platform can access any organization', async () => {
    const key = await api.makeKey({ platform: '4calls', scopes: ['webhooks:read'] });
    for (const orgId of ['a', 'Größe 42', 'x'.repeat(128), 'a/b']) {
      const path = `${organization(encodeURIComponent(orgId))}/webhooks`;
      expect((await api.ask('GET', path, { key })).status, orgId).toBe(200);
    }
    for (const orgId of ['x'.repeat(129), 'a\nb', '\u0000']) {
      const path = `${organization(encodeURIComponent(orgId))}/webhooks`;
      expect((await api.ask('GET', path, { key })).status, JSON.stringify(orgId)).toBe(404);
    }
  });
});
