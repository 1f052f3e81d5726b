import { findFreePort } from '../bin/embedded/ports.ts';
import type { Scope } from '../core/contracts/key.ts';
import type { SingleSignOn } from '../core/single-sign-on.ts';
import { startApi, type Answer, type Ask } from './api.ts';
import { CookieBrowser, type Page } from './cookie-browser.ts';
import { TestProvider } from './identity-provider.ts';

export const START = '/api/sso/start';
export const CALLBACK = '/api/sso/callback';

const READ: Scope[] = ['webhooks:read', 'events:read'];
const WRITE: Scope[] = [...READ, 'webhooks:write', 'events:write'];

/** The rights of the groups in these tests. */
export const GROUPS: SingleSignOn['groups'] = new Map([
  ['ops', { platform: null, orgId: null, scopes: ['admin'] }],
  ['urpa-admins', { platform: 'urpa', orgId: null, scopes: ['admin'] }],
  ['a-readers', { platform: '4calls', orgId: 'a', scopes: READ }],
  ['a-writers', { platform: '4calls', orgId: 'a', scopes: WRITE }],
  ['b-readers', { platform: '4calls', orgId: 'b', scopes: READ }],
]);

/** The API with single sign-on by a real identity provider. With `localhost`, browsers take the two for different sites. */
export async function startSignOn({ host = '127.0.0.1', dashboardFolder = '/nowhere' } = {}) {
  const port = await findFreePort();
  const origin = `http://${host}:${port}`;
  const provider = await TestProvider.start(origin);
  const settings = provider.settings(origin, GROUPS);
  const api = await startApi({ port, singleSignOn: settings, dashboardFolder });

  /** What the provider answers to the login form is followed up to the page that Posthorn answers with, or to what `stop` wants. */
  async function logIn(
    browser: CookieBrowser,
    login: string,
    returnTo = '/',
    stop?: (url: URL) => boolean,
  ): Promise<Page> {
    const form = await browser.open(`${api.url}${START}?return_to=${encodeURIComponent(returnTo)}`);
    return await browser.submit(form, { prompt: 'login', login, password: 'any' }, 'password', stop);
  }

  /** Signs a member of the groups in. `ask` asks within the session, as the dashboard does. */
  async function signIn(login: string, ...groups: string[]) {
    provider.people.set(login, { email: `${login}@example.com`, groups });
    const browser = new CookieBrowser();
    const page = await logIn(browser, login);
    const ask = (method: string, path: string, more: Ask = {}): Promise<Answer> => {
      const cookie = `posthorn_session=${browser.cookies.get('posthorn_session')}`;
      return api.ask(method, path, { ...more, key: null, headers: { cookie, origin: api.url, ...more.headers } });
    };
    return { browser, page, ask };
  }

  return {
    api,
    provider,
    settings,
    logIn,
    signIn,
    countSessions: async () => Number((await api.database.query('select count(*) from sign_ons'))[0]!['count']),
    async close() {
      await api.close();
      await provider.close();
    },
  };
}
