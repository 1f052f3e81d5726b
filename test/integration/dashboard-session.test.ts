import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { organization, readAnswer, serveApi, startApi, WEBHOOKS, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';

const SESSION = '/api/session';
const webhook = { url: 'https://receiver.example', events: ['contact.created'] };

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function signIn(key: string, headers: Record<string, string> = {}) {
  const answer = await api.ask('POST', SESSION, { key: null, body: { api_key: key }, headers });
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { answer, setCookie, cookie: setCookie.split(';')[0]! };
}

const withCookie = (cookie: string, headers: Record<string, string> = {}) => ({
  key: null,
  headers: { cookie, ...headers },
});

describe('signing in', () => {
  test('a key opens a session whose cookie is hidden from scripts and from other sites', async () => {
    const { answer, setCookie, cookie } = await signIn(api.adminKey);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      name: 'POSTHORN_ADMIN_KEY',
      platform: null,
      org_id: null,
      scopes: ['admin'],
      admin: true,
      portal: null,
      switch_url: null,
      temporal_ui_url: 'http://temporal.example',
      retry_unit_ms: 60_000,
      platforms: [
        {
          id: 'urpa',
          label: 'URPA',
          scope: 'platform',
          api_base: '/api/urpa',
          organization_api_base: null,
          header_prefix: 'X-URPA-',
          emits: true,
        },
        {
          id: '4calls',
          label: '4Calls',
          scope: 'organization',
          api_base: '/api/coordinator/organizations/{orgId}',
          organization_api_base: null,
          header_prefix: 'X-4Calls-',
          emits: true,
        },
        {
          id: 'posthorn',
          label: 'Posthorn',
          scope: 'either',
          api_base: '/api/posthorn',
          organization_api_base: '/api/posthorn/organizations/{orgId}',
          header_prefix: 'X-Posthorn-',
          emits: false,
        },
      ],
    });
    expect(setCookie).toMatch(
      /^posthorn_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    const again = await api.ask('GET', SESSION, withCookie(cookie));
    expect(again.body).toEqual(answer.body);
    expect(again.headers.get('set-cookie')).toBe(setCookie);
    expect((await api.ask('GET', WEBHOOKS, withCookie(cookie))).status).toBe(200);
    const { rows } = await api.database.pool.query('select row_to_json(s)::text as row from sessions s');
    expect(JSON.stringify(rows)).not.toContain(cookie.split('=')[1]);
  });

  test('the cookie is Secure if the browser uses HTTPS', async () => {
    expect((await signIn(api.adminKey, { 'x-forwarded-proto': 'https' })).setCookie).toMatch(/; Secure$/);
  });

  test('a wrong key does not open a session', async () => {
    const { answer, setCookie } = await signIn('ph_wrong');
    expect(answer.body).toMatchObject({ status: 401, detail: 'this key does not exist or was revoked' });
    expect(setCookie).toBe('');
    expect((await api.ask('POST', SESSION, { key: null, body: {} })).status).toBe(422);
    expect((await api.ask('GET', SESSION, { key: null })).status).toBe(401);
    expect((await api.ask('GET', SESSION, withCookie('posthorn_session=x'))).status).toBe(401);
  });

  test("an organization's key gets its own rights", async () => {
    const key = await api.makeKey({ platform: '4calls', org_id: 'a', scopes: ['webhooks:read', 'events:read'] });
    const { answer, cookie } = await signIn(key);
    expect(answer.body).toMatchObject({
      platform: '4calls',
      org_id: 'a',
      scopes: ['webhooks:read', 'events:read'],
      admin: false,
      platforms: [{ id: '4calls' }],
    });
    expect((await api.ask('GET', `${organization('a')}/webhooks`, withCookie(cookie))).status).toBe(200);
    expect((await api.ask('GET', `${organization('b')}/webhooks`, withCookie(cookie))).status).toBe(404);
    const origin = { origin: api.url };
    const refused = await api.ask('POST', `${organization('a')}/webhooks`, {
      ...withCookie(cookie, origin),
      body: webhook,
    });
    expect(refused.status).toBe(403);
  });
});

describe('cross-origin requests', () => {
  test('cannot change anything, even with a valid cookie', async () => {
    const { cookie } = await signIn(api.adminKey);
    const before = (await api.ask('GET', WEBHOOKS)).body.data.length;
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: api.url.replace('127.0.0.1', 'localhost') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const answer = await api.ask('POST', WEBHOOKS, { ...withCookie(cookie, headers), body: webhook });
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
      expect((await api.ask('DELETE', SESSION, withCookie(cookie, headers))).status).toBe(403);
    }
    expect((await api.ask('GET', WEBHOOKS)).body.data).toHaveLength(before);
    for (const headers of [{ origin: api.url }, { 'sec-fetch-site': 'same-origin' }] as Record<string, string>[]) {
      const answer = await api.ask('POST', WEBHOOKS, { ...withCookie(cookie, headers), body: webhook });
      expect(answer.status).toBe(201);
    }
  });

  test('cannot sign in', async () => {
    expect((await signIn(api.adminKey, { origin: 'https://evil.example' })).answer.status).toBe(403);
  });

  test('need no origin if the key is in the header', async () => {
    const { cookie } = await signIn(api.adminKey);
    const answer = await api.ask('POST', WEBHOOKS, {
      body: webhook,
      headers: { cookie, origin: 'https://app.example' },
    });
    expect(answer.status).toBe(201);
  });
});

describe('the end of a session', () => {
  test('signing out ends it in every process', async () => {
    const second = await serveApi(api.database.url);
    try {
      const { cookie } = await signIn(api.adminKey);
      const elsewhere = async () =>
        (await readAnswer(await fetch(second.url + SESSION, { headers: { cookie } }))).status;
      expect(await elsewhere()).toBe(200);
      const answer = await api.ask('DELETE', SESSION, withCookie(cookie, { origin: api.url }));
      expect(answer.status).toBe(204);
      expect(answer.headers.get('set-cookie')).toMatch(/^posthorn_session=; Path=\/; Max-Age=0/);
      expect((await api.ask('GET', SESSION, withCookie(cookie))).status).toBe(401);
      await eventually(async () => (await elsewhere()) === 401, 1_000);
      expect((await api.ask('DELETE', SESSION, { key: null })).status).toBe(204);
    } finally {
      await second.close();
    }
  });

  test('revoking the key ends it', async () => {
    const created = await api.ask('POST', '/api/admin/keys', {
      body: { name: 'x', platform: 'urpa', scopes: ['webhooks:read'] },
    });
    const { cookie } = await signIn(created.body.key);
    expect((await api.ask('GET', WEBHOOKS, withCookie(cookie))).status).toBe(200);
    await api.ask('DELETE', `/api/admin/keys/${created.body.id}`);
    await eventually(async () => (await api.ask('GET', WEBHOOKS, withCookie(cookie))).status === 401, 1_000);
  });

  test('it expires unless the dashboard is used', async () => {
    const { cookie } = await signIn(api.adminKey);
    const age = (interval: string) =>
      api.database.pool.query(`update sessions set expires_at = now() + interval '${interval}'`);
    await age('1 minute');
    expect((await api.ask('GET', SESSION, withCookie(cookie))).status).toBe(200);
    const { rows } = await api.database.pool.query(
      `select max(expires_at) > now() + interval '11 hours' as renewed from sessions`,
    );
    expect(rows).toEqual([{ renewed: true }]);
    const other = await signIn(api.adminKey);
    await age('-1 second');
    expect((await api.ask('GET', SESSION, withCookie(other.cookie))).status).toBe(401);
  });
});

describe('the built dashboard', () => {
  let folder: string;
  let served: Awaited<ReturnType<typeof serveApi>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-ui-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(
      join(folder, 'index.html'),
      '<!doctype html><script>let dark</script><script src="/assets/a-1.js"></script>',
    );
    await writeFile(join(folder, 'assets/a-1.js'), 'plain');
    await writeFile(join(folder, 'assets/a-1.js.gz'), 'compressed');
    served = await serveApi(api.database.url, {
      dashboardFolder: folder,
      portalOrigins: ['https://app.example', 'http://localhost:3000'],
    });
  });
  afterAll(async () => {
    await served.close();
    await rm(folder, { recursive: true });
  });
  const get = (path: string, encoding = 'identity') =>
    fetch(served.url + path, { headers: { 'accept-encoding': encoding } });

  test('its page is served for all of its paths and loads nothing from other hosts', async () => {
    for (const path of ['/', '/index.html', '/webhooks/01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77']) {
      const response = await get(path);
      expect([path, response.status, await response.text()]).toEqual([path, 200, expect.stringContaining('let dark')]);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy')!;
      expect(policy).toContain(`script-src 'self' 'sha256-`);
      expect(policy).toContain(`frame-ancestors 'none'`);
      expect(policy).not.toMatch(/https?:|\*/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  test('only a portal may be in a frame, of the origins that are listed', async () => {
    const readHeaders = async (path: string) => {
      const { headers } = await get(path);
      return [
        /frame-ancestors [^;]+/.exec(headers.get('content-security-policy')!)![0],
        headers.get('x-frame-options'),
      ];
    };
    for (const path of ['/portal/1', '/portal/1/', '/portal/1/webhooks']) {
      expect(await readHeaders(path)).toEqual(['frame-ancestors https://app.example http://localhost:3000', null]);
    }
    for (const path of ['/', '/webhooks', '/portal', '/index.html']) {
      expect(await readHeaders(path)).toEqual([`frame-ancestors 'none'`, 'DENY']);
    }
    const closed = await serveApi(api.database.url, { dashboardFolder: folder });
    const { headers } = await fetch(`${closed.url}/portal/1`);
    await closed.close();
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors 'none'`);
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  test('its assets are cached forever, and compressed if the browser supports it', async () => {
    const plain = await get('/assets/a-1.js');
    expect(await plain.text()).toBe('plain');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const head = await fetch(`${served.url}/assets/a-1.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(head.headers.get('content-encoding')).toBe('gzip');
    expect(head.headers.get('content-length')).toBe('10');
  });

  test('unknown files are not answered with its page', async () => {
    for (const path of ['/assets/a-2.js', '/../package.json', '/%2e%2e/package.json', '/api/nothing', '/api']) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    expect((await get('/healthz')).headers.get('content-type')).toBe('application/json');
  });
});
