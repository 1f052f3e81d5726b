import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { organization, readAnswer, serveApi, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';
import { createLink, enterPortal, openLink } from '../portal.ts';

const KEYS = '/api/admin/keys';
const LINKS = `${organization('a')}/portal-links`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const hashes = async () => JSON.stringify((await api.database.pool.query('select * from portal_links')).rows);
const audit = async (id: string) =>
  (
    await api.database.pool.query(
      'select actor, action, platform, org_id, details from audit_log where subject_id = $1 order by id',
      [id],
    )
  ).rows;

describe('creating a link', () => {
  test('the link is shown once, is stored as a hash, and expires in ten minutes', async () => {
    const key = await api.makeKey({ name: 'backend', platform: '4calls', org_id: 'a', scopes: ['admin'] });
    const before = Date.now();
    const answer = await api.ask('POST', LINKS, { key });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(answer.body)).toEqual(['url', 'expires_at']);
    const [, origin, id, token] = /^(http:\/\/[^/]+)\/portal\/([0-9a-f-]{36})#([\w-]{43})$/.exec(answer.body.url)!;
    expect(origin).toBe(api.url);
    expect((Date.parse(answer.body.expires_at) - before) / 1000).toBeCloseTo(600, -1);
    const entries = await audit(id!);
    expect(entries).toEqual([
      {
        actor: 'backend',
        action: 'portal_link.created',
        platform: '4calls',
        org_id: 'a',
        details: { permissions: 'read', expires_in: 600 },
      },
    ]);
    expect([await hashes(), JSON.stringify(entries), ...api.lines].join('\n')).not.toContain(token);
  });

  test('its URL begins as the caller reaches the API', async () => {
    const headers = { 'x-forwarded-proto': 'https' };
    expect((await api.ask('POST', LINKS, { headers })).body.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/portal\//);
  });

  test.each([
    ['expires_in', { expires_in: 0 }, 'must be at least 1'],
    ['expires_in', { expires_in: 86_401 }, 'must be at most 86400'],
    ['expires_in', { expires_in: 1.5 }, 'must be a whole number'],
    ['expires_in', { expires_in: '600' }, 'must be a number'],
    ['permissions', { permissions: 'all' }, 'must be one of read, write'],
    ['accent', { accent: 'red; background: url(//evil.example)' }, 'must be a hex colour, such as #0f766e'],
    ['accent', { accent: '#12345' }, 'must be a hex colour, such as #0f766e'],
    ['name', { name: '' }, 'must be at least 1 character long'],
    ['name', { name: 'x'.repeat(61) }, 'must be at most 60 characters long'],
    ['name', { name: 'a\nb' }, 'must not contain control characters'],
  ])('refuses a wrong %s: %j', async (path, body, message) => {
    const before = await hashes();
    expect((await api.ask('POST', LINKS, { body })).body).toMatchObject({ status: 422, errors: [{ path, message }] });
    expect(await hashes()).toBe(before);
  });

  test('takes the bounds, and ignores unknown members', async () => {
    for (const expires_in of [1, 86_400]) await createLink(api, URPA, { expires_in, colour: 'red' });
  });

  test("only an admin's key of that owner may", async () => {
    const scopes = ['webhooks:read', 'webhooks:write', 'events:read', 'events:write'];
    const narrow = await api.makeKey({ platform: '4calls', org_id: 'a', scopes });
    expect((await api.ask('POST', LINKS, { key: narrow })).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining('lacks the scope admin'),
    });
    const other = await api.makeKey({ platform: '4calls', org_id: 'b', scopes: ['admin'] });
    expect((await api.ask('POST', LINKS, { key: other })).status).toBe(404);
    const urpa = await api.makeKey({ platform: 'urpa', scopes: ['admin'] });
    expect((await api.ask('POST', LINKS, { key: urpa })).status).toBe(403);
    expect((await api.ask('POST', LINKS, { key: null })).status).toBe(401);
  });
});

describe('opening a link', () => {
  test('opens a session whose cookie only its own pages send', async () => {
    const key = await api.makeKey({ name: 'backend', platform: '4calls', org_id: 'a', scopes: ['admin'] });
    const link = await createLink(api, organization('a'), { name: 'Acme', accent: '#0f766e' }, key);
    const { answer, setCookie, cookie } = await openLink(api, link);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(setCookie).toMatch(
      new RegExp(`^posthorn_portal=[\\w-]{43}; Path=/portal/${link.id}; Max-Age=43200; HttpOnly; SameSite=Strict$`),
    );
    const session = await api.ask('GET', `${link.path}/api/session`, { key: null, headers: { cookie } });
    expect(session.headers.get('set-cookie')).toBeNull();
    expect(session.body).toMatchObject({
      name: 'Acme',
      platform: '4calls',
      org_id: 'a',
      scopes: ['webhooks:read', 'events:read'],
      admin: false,
      portal: { name: 'Acme', accent: '#0f766e' },
      temporal_ui_url: null,
      platforms: [{ id: '4calls' }],
    });
    expect(await audit(link.id)).toMatchObject([
      { action: 'portal_link.created' },
      { action: 'portal_link.opened', actor: 'backend (portal)', platform: '4calls', org_id: 'a' },
    ]);
    expect(await hashes()).not.toContain(cookie.split('=')[1]);
  });

  test('the cookie works in a frame of another site, over https alone', async () => {
    const https = { 'x-forwarded-proto': 'https' };
    const open = async (headers: Record<string, string>, framed: boolean) => {
      const link = await createLink(api, URPA);
      return (await openLink(api, link, { headers, body: { token: link.token, framed } })).setCookie;
    };
    expect(await open(https, true)).toMatch(/; HttpOnly; SameSite=None; Partitioned; Secure$/);
    expect(await open(https, false)).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    expect(await open({}, true)).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  test('works once, even when many try at the same time in two processes', async () => {
    const second = await serveApi(api.database.url);
    try {
      const link = await createLink(api, URPA);
      const attempts = Array.from({ length: 12 }, async (_, index) => {
        const url = `${index % 2 ? api.url : second.url}${link.path}/api/session`;
        return (await readAnswer(await fetch(url, { method: 'POST', body: JSON.stringify({ token: link.token }) })))
          .status;
      });
      expect((await Promise.all(attempts)).toSorted()).toEqual([204, ...Array.from({ length: 11 }, () => 404)]);
      const { answer } = await openLink(api, link);
      expect(answer.body).toMatchObject({
        status: 404,
        detail: 'this link does not exist, was used already, or has expired',
      });
      expect(await audit(link.id)).toHaveLength(2);
    } finally {
      await second.close();
    }
  });

  test('previews do not use it up', async () => {
    const link = await createLink(api, URPA);
    for (const method of ['HEAD', 'GET', 'OPTIONS']) {
      for (const path of [link.path, `${link.path}/api/session`]) await fetch(api.url + path, { method });
    }
    expect((await openLink(api, link)).answer.status).toBe(204);
  });

  test('does not work after it expired, with another token, or for another site', async () => {
    const link = await createLink(api, URPA);
    const other = await createLink(api, URPA);
    for (const token of ['x', other.token, 'é'.repeat(43)]) {
      expect((await openLink(api, { ...link, token })).answer.status).toBe(404);
    }
    const elsewhere = await openLink(api, link, { headers: { origin: 'https://evil.example' } });
    expect([elsewhere.answer.status, elsewhere.setCookie]).toEqual([403, '']);
    await api.database.pool.query(`update portal_links set expires_at = now() where id = $1`, [link.id]);
    expect((await openLink(api, link)).answer.status).toBe(404);
    expect((await openLink(api, { path: '/portal/nothing', token: other.token })).answer.status).toBe(404);
    expect((await openLink(api, other)).answer.status).toBe(204);
  });
});

describe('the end of a portal', () => {
  const makeKey = async () =>
    (await api.ask('POST', KEYS, { body: { name: 'x', platform: '4calls', org_id: 'a', scopes: ['admin'] } })).body;

  test('revoking the key ends its sessions and links at once, in every process', async () => {
    const second = await serveApi(api.database.url);
    try {
      const { key, id } = await makeKey();
      const unopened = await createLink(api, organization('a'), {}, key);
      const { ask, link, cookie } = await enterPortal(api, organization('a'), {}, key);
      const asked = async () => (await ask('GET', '/api/dashboard/webhooks')).status;
      const url = `${second.url}${link.path}/api/dashboard/webhooks`;
      const elsewhere = async () => (await readAnswer(await fetch(url, { headers: { cookie } }))).status;
      expect([await asked(), await elsewhere()]).toEqual([200, 200]);
      const stream = await fetch(`${second.url}${link.path}/api/dashboard/live`, { headers: { cookie } });
      await api.ask('DELETE', `${KEYS}/${id}`);
      expect(await asked()).toBe(401);
      await eventually(async () => (await elsewhere()) === 401, 1_000);
      // It ends, instead of going on for ever.
      await stream.text();
      expect((await openLink(api, unopened)).answer.status).toBe(404);
    } finally {
      await second.close();
    }
  });

  test('it ends after 12 hours, however often it was read', async () => {
    const { ask, link } = await enterPortal(api, URPA);
    expect((await ask('GET', '/api/session')).status).toBe(200);
    const { rows } = await api.database.pool.query(
      `select extract(epoch from expires_at - now())::int as seconds from portal_links where id = $1`,
      [link.id],
    );
    expect(rows[0].seconds / 60).toBeCloseTo(12 * 60, 0);
    await api.database.pool.query(`update portal_links set expires_at = now() where id = $1`, [link.id]);
    await createLink(api, URPA);
    const left = await api.database.pool.query('select 1 from portal_links where id = $1', [link.id]);
    expect(left.rows).toEqual([]);
    await eventually(async () => (await ask('GET', '/api/session')).status === 401, 10_000);
  });

  test('signing out of it ends it alone', async () => {
    const [one, two] = [await enterPortal(api, URPA), await enterPortal(api, URPA)];
    const refused = await one.ask('DELETE', '/api/session', { headers: { origin: 'https://evil.example' } });
    expect(refused.status).toBe(403);
    expect((await one.ask('DELETE', '/api/session')).status).toBe(204);
    expect((await one.ask('GET', '/api/session')).status).toBe(401);
    expect((await two.ask('GET', '/api/session')).status).toBe(200);
  });
});

test('the operator in the same browser and a portal know nothing of each other', async () => {
  const signIn = await api.ask('POST', '/api/session', { key: null, body: { api_key: api.adminKey } });
  const operator = signIn.headers.get('set-cookie')!.split(';')[0]!;
  const { ask, link, cookie } = await enterPortal(api, organization('a'));
  const token = cookie.split('=')[1]!;
  const operatorToken = operator.split('=')[1]!;
  const get = async (path: string, sent: string, key: string | null = null) =>
    await api.ask('GET', path, { key, headers: { cookie: sent } });

  const both = `${operator}; ${cookie}`;
  expect((await get('/api/session', both)).body).toMatchObject({ admin: true, portal: null });
  expect((await get(`${link.path}/api/session`, both)).body).toMatchObject({ admin: false, org_id: 'a' });

  // The right token at the wrong place, and a key where only a session counts.
  expect((await get(`${link.path}/api/session`, operator)).status).toBe(401);
  expect((await get(`${link.path}/api/session`, `posthorn_portal=${operatorToken}`)).status).toBe(401);
  expect((await get('/api/session', `posthorn_session=${token}`)).status).toBe(401);
  expect((await get(WEBHOOKS, cookie)).status).toBe(401);
  expect((await get(`${link.path}/api/session`, '', api.adminKey)).status).toBe(401);
  const other = await enterPortal(api, organization('b'));
  expect((await get(`${other.link.path}/api/session`, cookie)).status).toBe(401);

  await ask('DELETE', '/api/session');
  expect((await get('/api/session', operator)).status).toBe(200);
});
