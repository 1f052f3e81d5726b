import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { organization, serveApi, URPA, WEBHOOKS } from '../api.ts';
import { CookieBrowser } from '../cookie-browser.ts';
import { eventually } from '../eventually.ts';
import { PUBLIC } from '../identity-provider.ts';
import { GROUPS, START, startSignOn } from '../sign-on.ts';

const SESSION = '/api/session';
const ACCESS = '/api/sso/access';
const A = organization('a');
const B = organization('b');
const webhook = { url: 'https://receiver.example', events: ['contact.created'] };

let on: Awaited<ReturnType<typeof startSignOn>>;
beforeAll(async () => {
  on = await startSignOn();
});
afterAll(() => on.close());

const sessionCookie = (answer: Response) =>
  answer.headers.getSetCookie().find((text) => text.startsWith('posthorn_session='))!;

describe('signing in', () => {
  test('opens a session for a fixed time and returns to the page, and only what is needed is stored', async () => {
    on.provider.people.set('ann', { email: 'ann@example.com', groups: ['ops', 'choir'] });
    const browser = new CookieBrowser();
    const stop = ({ pathname }: URL) => pathname === '/api/sso/callback';
    const { url } = await on.logIn(browser, 'ann', '/webhooks?search=a', stop);
    expect(browser.cookies.get('posthorn_sign_on')).toBeDefined();
    const answer = await browser.send(url);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/webhooks?search=a']);
    expect(sessionCookie(answer)).toMatch(
      /^posthorn_session=sso_[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    expect(browser.cookies.get('posthorn_sign_on')).toBeUndefined();

    const session = await browser.open(on.api.url + SESSION);
    expect(session.headers.get('set-cookie')).toBeNull();
    expect(session.body).toMatchObject({
      name: 'ann@example.com (SSO)',
      platform: null,
      admin: true,
      switch_url: null,
    });
    const rows = await on.api.database.query(
      `select row_to_json(s)::text as row, groups, person, extract(epoch from expires_at - now()) / 3600 as hours from sign_ons s`,
    );
    expect(rows).toMatchObject([{ groups: ['ops'], person: 'ann@example.com' }]);
    expect(Number(rows[0]!['hours'])).toBeCloseTo(8, 1);
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain('choir');
    expect(stored).not.toContain(browser.cookies.get('posthorn_session'));
    expect(stored).not.toContain(Buffer.from('eyJhbGci').toString('hex'));
  });

  test('behind a proxy for https, it comes back there, and the cookies are for https alone', async () => {
    on.provider.people.set('ann', { groups: ['ops'] });
    const singleSignOn = { ...on.settings, publicUrl: PUBLIC };
    const inside = await serveApi(on.api.database.url, { singleSignOn });
    const browser = new CookieBrowser();
    const form = await browser.open(inside.url + START);
    expect(browser.cookies.get('__Host-posthorn_sign_on')).toBeDefined();
    const fields = { prompt: 'login', login: 'ann', password: 'any' };
    const { url } = await browser.submit(form, fields, 'password', ({ origin }) => origin === PUBLIC);
    const answer = await browser.send(new URL(url.pathname + url.search, inside.url));
    expect(answer.headers.get('location')).toBe('/');
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; Secure$/);
    expect(sessionCookie(answer)).toContain('sso_');
    await inside.close();
  });

  test('an address that the provider does not vouch for names nobody', async () => {
    on.provider.people.set('eve', { email: 'ann@example.com', email_verified: false, groups: ['ops'] });
    const browser = new CookieBrowser();
    await on.logIn(browser, 'eve');
    expect((await browser.open(on.api.url + SESSION)).body.name).toBe('eve (SSO)');
  });

  test('what the ID token has is not asked for again', async () => {
    const { provider } = on;
    provider.tampering.tokens = (tokens) => {
      const claims = { email: 'token@example.com', groups: ['b-readers'] };
      return { ...tokens, id_token: provider.reissue(tokens.id_token, claims) };
    };
    const before = provider.asked.filter((path) => path === '/me').length;
    const { ask } = await on.signIn('bob', 'ops');
    provider.tampering = {};
    expect((await ask('GET', SESSION)).body).toMatchObject({ name: 'token@example.com (SSO)', org_id: 'b' });
    expect(provider.asked.filter((path) => path === '/me')).toHaveLength(before);
  });

  test('the sign-in page learns where it begins, and that it is not there', async () => {
    const methods = `${SESSION}/methods`;
    const answer = await on.api.ask('GET', methods, { key: null });
    expect(answer.body).toEqual({ single_sign_on_url: on.api.url + START });
    const without = await serveApi(on.api.database.url);
    expect(await (await fetch(without.url + methods)).json()).toEqual({ single_sign_on_url: null });
    expect((await fetch(without.url + START)).status).toBe(404);
    await without.close();
  });
});

describe('rights', () => {
  test('a session may do exactly what a key with the rights of its group may', async () => {
    const foreign = await on.api.register({}, `${B}/webhooks`);
    for (const [group, rights] of GROUPS) {
      const { platform, orgId: org_id, scopes } = rights;
      const key = await on.api.makeKey({ platform, org_id, scopes });
      const { ask } = await on.signIn(`one-${group}`, group);
      for (const [method, path, body] of [
        ['GET', `${A}/webhooks`],
        ['GET', `${B}/webhooks`],
        ['GET', `${B}/webhooks/${foreign.id}`],
        ['GET', `${A}/webhooks/${foreign.id}`],
        ['POST', `${A}/webhooks`, webhook],
        ['PUT', `${B}/webhooks/${foreign.id}`, { description: 'x' }],
        ['DELETE', `${A}/webhooks/${foreign.id}`],
        ['POST', `${A}/events`, { event: 'contact.created', data: {} }],
        ['POST', `${B}/events`, { event: 'contact.created', data: {} }],
        ['GET', WEBHOOKS],
        ['POST', WEBHOOKS, webhook],
        ['GET', '/api/posthorn/webhooks'],
        ['GET', '/api/posthorn/organizations/a/webhooks'],
        ['GET', '/api/posthorn/organizations/b/webhooks'],
        ['GET', '/api/dashboard/overview'],
        ['GET', '/api/dashboard/deliveries?platform=4calls&org_id=b'],
        ['GET', `/api/dashboard/webhooks/${foreign.id}`],
        ['GET', '/api/dashboard/organizations?platform=4calls'],
        ['GET', '/api/dashboard/audit'],
        ['GET', '/api/admin/keys'],
        ['POST', '/api/admin/keys', { name: 'x', scopes: ['admin'] }],
      ] as const) {
        const more = body === undefined ? {} : { body };
        const [session, same] = [await ask(method, path, more), await on.api.ask(method, path, { ...more, key })];
        expect([group, method, path, session.status]).toEqual([group, method, path, same.status]);
        if (same.status >= 400) expect(session.text).toBe(same.text);
      }
    }
  });

  test('changes come from the dashboard itself, and the audit log names the person', async () => {
    const { ask } = await on.signIn('carl', 'a-writers');
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: '', 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[]) {
      expect((await ask('POST', `${A}/webhooks`, { body: webhook, headers })).status).toBe(403);
    }
    const { body } = await ask('POST', `${A}/webhooks`, { body: webhook });
    const entries = await on.api.database.query('select actor, action, org_id from audit_log where subject_id = $1', [
      body.id,
    ]);
    expect(entries).toEqual([{ actor: 'carl@example.com (SSO)', action: 'webhook.registered', org_id: 'a' }]);
  });

  test('a portal link needs a key', async () => {
    const { ask } = await on.signIn('ulla', 'urpa-admins');
    const { body } = await ask('POST', `${URPA}/portal-links`);
    expect(body).toMatchObject({ status: 403, detail: expect.stringContaining('create it with a key') });
  });

  test('somebody without rights is told who they are, in which groups, and whom to ask', async () => {
    const before = await on.countSessions();
    const { page, browser } = await on.signIn('dora', 'choir', '<b>ops</b>');
    expect([page.status, page.headers.get('cache-control')]).toEqual([403, 'no-store']);
    for (const part of ['dora@example.com', 'choir', '&lt;b&gt;ops&lt;/b&gt;', 'POSTHORN_OIDC_GROUPS']) {
      expect(page.text).toContain(part);
    }
    expect(page.text).not.toContain('<b>ops');
    expect(browser.cookies.get('posthorn_session')).toBeUndefined();
    expect((await on.signIn('none')).page.text).toContain('names no groups');
    expect(await on.countSessions()).toBe(before);
  });

  test('somebody with rights for different owners chooses, and has nothing before', async () => {
    const { page, browser, ask } = await on.signIn('emma', 'a-writers', 'a-readers', 'b-readers');
    expect([page.status, page.text.match(/<form/g)]).toEqual([200, ['<form', '<form']]);
    expect((await ask('GET', SESSION)).status).toBe(401);
    expect((await ask('GET', `${B}/webhooks`)).status).toBe(401);
    const foreign = { headers: { origin: 'https://evil.example' } };
    expect((await ask('POST', `${ACCESS}?platform=4calls&org_id=b`, foreign)).status).toBe(403);
    for (const other of ['platform=4calls', 'platform=4calls&org_id=c', 'platform=urpa', '']) {
      expect((await ask('POST', `${ACCESS}?${other}`)).status, other).toBe(403);
    }
    expect((await ask('GET', SESSION)).status).toBe(401);

    await browser.submit(page, {}, '4Calls · b');
    const session = (await ask('GET', SESSION)).body;
    expect(session).toMatchObject({ org_id: 'b', scopes: ['webhooks:read', 'events:read'], switch_url: ACCESS });
    expect((await ask('GET', `${A}/webhooks`)).status).toBe(404);
    await browser.submit(await browser.open(on.api.url + session.switch_url), {}, '4Calls · a');
    expect((await ask('GET', `${A}/webhooks`)).status).toBe(200);
    expect((await ask('GET', `${B}/webhooks`)).status).toBe(404);
  });

  test('the settings apply to sessions that are open', async () => {
    const { browser, ask } = await on.signIn('fred', 'a-writers', 'a-readers');
    expect((await ask('GET', SESSION)).body.scopes).toContain('webhooks:write');
    const statuses = [];
    for (const groups of [['a-readers'], ['ops']]) {
      const fewer = new Map([...GROUPS].filter(([name]) => groups.includes(name)));
      const other = await serveApi(on.api.database.url, {
        singleSignOn: { ...on.settings, groups: fewer },
      });
      const { status, text } = await browser.open(other.url + SESSION);
      statuses.push([status, text.includes('webhooks:write')]);
      await other.close();
    }
    expect(statuses).toEqual([
      [200, false],
      [401, false],
    ]);
  });
});

describe('the end of a session', () => {
  test('signing out ends it here, in every process, and at the provider', async () => {
    const { browser, ask } = await on.signIn('gerd', 'ops');
    const second = await serveApi(on.api.database.url, { singleSignOn: on.settings });
    const elsewhere = async () => (await browser.send(new URL(second.url + SESSION))).status;
    expect(await elsewhere()).toBe(200);
    const cookie = `posthorn_session=${browser.cookies.get('posthorn_session')}`;
    const again = () => on.api.ask('GET', SESSION, { key: null, headers: { cookie } });

    const { status, body, headers } = await ask('DELETE', SESSION);
    expect([status, headers.get('set-cookie')]).toEqual([
      200,
      expect.stringMatching(/^posthorn_session=; .*Max-Age=0/),
    ]);
    expect((await again()).status).toBe(401);
    await eventually(async () => (await elsewhere()) === 401, 1_000);
    await second.close();

    const confirmation = await browser.open(body.end_session_url);
    await browser.submit(confirmation, { ...readHidden(confirmation.text), logout: 'yes' });
    expect(browser.hops.at(-1)!.href).toBe(`${on.api.url}/`);
    expect((await browser.open(on.api.url + START)).text).toContain('name="password"');
  });

  test('an ID token that is too long for an address is not stored, and signing out works without it', async () => {
    on.provider.tampering.tokens = (tokens) => {
      const claims = { groups: ['ops', 'x'.repeat(4000)] };
      return { ...tokens, id_token: on.provider.reissue(tokens.id_token, claims) };
    };
    const { browser, ask } = await on.signIn('jana');
    on.provider.tampering = {};
    const { body } = await ask('DELETE', SESSION);
    expect(body.end_session_url).toContain('client_id=posthorn');
    expect(body.end_session_url).not.toContain('id_token_hint');
    const confirmation = await browser.open(body.end_session_url);
    expect(confirmation.status).toBe(200);
  });

  test('it is over after its time, however much it is used', async () => {
    const { ask } = await on.signIn('hans', 'ops');
    const age = (interval: string) =>
      on.api.database.query(
        `update sign_ons set expires_at = now() + interval '${interval}' where person like 'hans@%'`,
      );
    await age('1 second');
    await eventually(async () => (await ask('GET', SESSION)).status === 401, 7_000);
    expect((await ask('GET', `${A}/webhooks`)).status).toBe(401);
    expect((await ask('GET', ACCESS)).status).toBe(401);
    expect((await ask('DELETE', SESSION)).status).toBe(200);
  });
});

function readHidden(text: string): Record<string, string> {
  const fields = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
}
