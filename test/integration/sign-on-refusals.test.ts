import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serveApi } from '../api.ts';
import { CookieBrowser, type Page } from '../cookie-browser.ts';
import { newKey } from '../identity-provider.ts';
import { CALLBACK, START, startSignOn } from '../sign-on.ts';

let on: Awaited<ReturnType<typeof startSignOn>>;
beforeAll(async () => {
  on = await startSignOn();
});
afterAll(() => on.close());
let sessions: number;
beforeEach(async () => {
  on.provider.people.set('ann', { email: 'ann@example.com', groups: ['ops'] });
  sessions = await on.countSessions();
});
afterEach(async () => {
  on.provider.tampering = {};
  on.provider.outage = undefined;
  expect(await on.countSessions()).toBe(sessions);
});

const atCallback = ({ pathname }: URL) => pathname === CALLBACK;

/** Signs in up to the redirect to Posthorn. */
async function approach(browser = new CookieBrowser()) {
  const { url } = await on.logIn(browser, 'ann', '/', atCallback);
  return { browser, url };
}

function expectRefusal(page: Page, browser: CookieBrowser, status: number, ...parts: string[]): void {
  expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  for (const part of parts) expect(page.text.replaceAll('&quot;', '"')).toContain(part);
  expect(page.headers.get('content-security-policy')).toContain(`default-src 'none'`);
  expect(browser.cookies.get('posthorn_session')).toBeUndefined();
}

describe('a sign-in belongs to the browser that began it', () => {
  test('another browser cannot finish it', async () => {
    const { url } = await approach();
    const other = new CookieBrowser();
    expectRefusal(await other.open(url), other, 400, 'not begun here');
    const begun = (await approach()).browser;
    expectRefusal(await begun.open(url), begun, 400, 'not begun here');
  });

  test('a state that does not fit, or none, is refused', async () => {
    for (const state of ['other', '']) {
      const { browser, url } = await approach();
      url.searchParams.set('state', state);
      expectRefusal(await browser.open(url), browser, 400, 'not begun here');
    }
  });

  test('it works once, also for somebody who kept the cookie', async () => {
    const { browser, url } = await approach();
    const kept = browser.cookies.get('posthorn_sign_on')!;
    expect((await browser.send(url)).status).toBe(303);
    sessions++;
    browser.cookies.delete('posthorn_session');
    expectRefusal(await browser.open(url), browser, 400, 'not begun here');
    browser.cookies.set('posthorn_sign_on', kept);
    expectRefusal(await browser.open(url), browser, 502, 'used already');
  });

  test('a code for another sign-in is refused', async () => {
    const [first, second] = [await approach(), await approach()];
    first.url.searchParams.set('code', second.url.searchParams.get('code')!);
    expectRefusal(await first.browser.open(first.url), first.browser, 502, 'The identity provider refused the sign-in');
  });

  test('who cancels at the provider is told so', async () => {
    const browser = new CookieBrowser();
    const form = await browser.open(on.api.url + START);
    const [, abort] = /href="([^"]*\/abort)"/.exec(form.text)!;
    expectRefusal(await browser.open(new URL(abort!, form.url)), browser, 403, 'refused or cancelled');
  });

  test('who runs Posthorn is told that the provider does not know a scope, as Keycloak answers', async () => {
    const { browser, url } = await approach();
    url.searchParams.delete('code');
    url.searchParams.set('error', 'invalid_scope');
    url.searchParams.set('error_description', 'Invalid scopes: openid groups');
    expectRefusal(await browser.open(url), browser, 403, 'POSTHORN_OIDC_SCOPES');
  });
});

describe('what the provider says is checked', () => {
  const past = Math.floor(Date.now() / 1000) - 3600;
  test.each<[string, object, string]>([
    ['another nonce', { nonce: 'other' }, 'nonce'],
    ['no nonce', { nonce: undefined }, 'nonce'],
    ['another issuer', { iss: 'https://evil.example' }, '"iss"'],
    ['another client', { aud: 'other' }, '"aud"'],
    ['an expired token', { exp: past }, '"exp"'],
    ['a token of the future', { nbf: past + 7200 }, '"nbf"'],
    ['nobody', { sub: undefined }, '"sub"'],
    ['an endless name', { sub: 'x'.repeat(256), email: undefined }, ''],
  ])('%s', async (_, claims, part) => {
    const { provider } = on;
    const { browser, url } = await approach();
    provider.tampering.tokens = (tokens) => ({
      ...tokens,
      id_token: provider.reissue(tokens.id_token, claims as Record<string, unknown>),
    });
    const page = await browser.open(url);
    expectRefusal(page, browser, 502, 'cannot be trusted', part);
  });

  test('a token that another key signed, that nobody signed, or that was changed', async () => {
    const { provider } = on;
    const unsigned = (token: string) => {
      const header = Buffer.from('{"alg":"none"}').toString('base64url');
      return `${header}.${token.split('.')[1]}.`;
    };
    for (const forge of [
      (token: string) => provider.reissue(token, { groups: ['ops'] }, newKey()),
      (token: string) => token.replace(/[^.]{8}$/, 'AAAAAAAA'),
      unsigned,
      () => 'no token',
    ]) {
      const { browser, url } = await approach();
      provider.tampering.tokens = (tokens) => ({ ...tokens, id_token: forge(tokens.id_token) });
      expectRefusal(await browser.open(url), browser, 502, 'cannot be trusted');
    }
  });

  test('groups of somebody else, an endless answer, and none', async () => {
    for (const userinfo of [
      () => ({ sub: 'eve', groups: ['ops'] }),
      () => ({ sub: 'ann', groups: ['ops'], more: 'x'.repeat(1024 * 1024) }),
    ]) {
      const { browser, url } = await approach();
      on.provider.tampering.userinfo = userinfo;
      expectRefusal(await browser.open(url), browser, 502, 'cannot be trusted');
    }
  });

  test('groups that are elsewhere because there are too many', async () => {
    on.provider.people.set('ann', { email: 'ann@example.com' });
    const { browser, url } = await approach();
    on.provider.tampering.userinfo = (claims) => ({ ...claims, _claim_names: { groups: 'src1' } });
    expectRefusal(await browser.open(url), browser, 403, 'too many groups');
  });

  test.each<[string, (issuer: string) => object, string]>([
    ['another name', () => ({ issuer: 'https://evil.example' }), 'issuer'],
    ['an unprotected endpoint', () => ({ token_endpoint: 'http://192.0.2.1/token' }), 'must begin with https://'],
    ['a key set elsewhere', () => ({ jwks_uri: 'http://192.0.2.1/jwks' }), 'must begin with https://'],
  ])('metadata with %s', async (_, change, part) => {
    on.provider.tampering.metadata = (metadata) => ({ ...metadata, ...change(on.provider.issuer) });
    const { api, browser, close } = await startAgain();
    const form = await browser.open(api.url + START);
    const page =
      form.status === 200 ? await browser.submit(form, { prompt: 'login', login: 'ann', password: 'x' }) : form;
    expectRefusal(page, browser, 502, part);
    await close();
  });
});

describe('while the provider is away', () => {
  test.each([
    ['broken', 'ECONNRESET|socket|other side closed'],
    ['bad gateway', 'unexpected HTTP response status code'],
  ] as const)('(%s) a page says so, keys work, and signing in works as soon as it is back', async (outage, reason) => {
    on.provider.outage = outage;
    const { api, browser, close } = await startAgain();
    const page = await browser.open(`${api.url}${START}?return_to=/webhooks`);
    expectRefusal(page, browser, 503, 'does not answer', on.settings.issuer.href, 'Try again', 'Sign in with a key');
    expect(page.text).toMatch(new RegExp(reason));
    expect(page.headers.get('retry-after')).toBe('5');
    const byKey = await fetch(`${api.url}/api/session`, {
      method: 'POST',
      body: JSON.stringify({ api_key: on.api.adminKey }),
    });
    expect(byKey.status).toBe(200);
    on.provider.outage = undefined;
    expect((await browser.open(api.url + START)).text).toContain('name="password"');
    await close();
  });

  test('a sign-in that was begun fails with a page, and the provider is known already for the next one', async () => {
    const { browser, url } = await approach();
    on.provider.outage = 'broken';
    expectRefusal(await browser.open(url), browser, 503, 'does not answer');
    on.provider.outage = undefined;
    on.provider.asked.length = 0;
    await approach();
    expect(on.provider.asked).not.toContain('/.well-known/openid-configuration');
  });

  test('signing out works', async () => {
    const { browser } = await on.signIn('ann', 'ops');
    const { api, close } = await startAgain();
    on.provider.outage = 'broken';
    const headers = { origin: api.url };
    const answer = await browser.send(new URL(`${api.url}/api/session`), { method: 'DELETE', headers });
    expect([answer.status, browser.cookies.get('posthorn_session')]).toEqual([204, undefined]);
    await close();
  });
});

test('without the database, a page says so', async () => {
  const { api, browser, close } = await startAgain({}, 'postgresql://posthorn@127.0.0.1:1/none');
  const form = await browser.open(api.url + START);
  const page = await browser.submit(form, { prompt: 'login', login: 'ann', password: 'x' });
  expectRefusal(page, browser, 503, 'Not available', 'The database does not answer');
  await close();
});

test('a wrong client secret is named by its setting, and nothing secret is in the log or on the page', async () => {
  const clientSecret = 'not-the-secret-of-this-client';
  const { api, browser, close } = await startAgain({ clientSecret });
  const form = await browser.open(api.url + START);
  const page = await browser.submit(form, { prompt: 'login', login: 'ann', password: 'x' });
  expectRefusal(page, browser, 502, 'POSTHORN_OIDC_CLIENT_ID');
  await close();
  const code = page.url.searchParams.get('code')!;
  const said = [...api.lines, ...on.api.lines, page.text].join('\n');
  expect(said).toContain('nobody was signed in by single sign-on');
  for (const secret of [clientSecret, on.settings.clientSecret, code, 'eyJhbGci']) expect(said).not.toContain(secret);
});

/** Another API process, which has not asked the provider yet. It takes the place of the first one in the browser. */
async function startAgain(settings = {}, databaseUrl = on.api.database.url) {
  const api = await serveApi(databaseUrl, {
    singleSignOn: { ...on.settings, ...settings },
  });
  const browser = new CookieBrowser();
  const open = browser.open.bind(browser);
  browser.open = (address, init, stop) => open(here(address), init, stop);
  const send = browser.send.bind(browser);
  browser.send = (address, init) => send(here(address), init);
  const here = (address: string | URL) => new URL(String(address).replace(on.api.url, api.url));
  return { api, browser, close: () => api.close() };
}
