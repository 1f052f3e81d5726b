import type { Answer, Ask, TestApi } from './api.ts';

/** A link's id and token. */
function readLink(url: string) {
  const { pathname, hash } = new URL(url);
  return { id: pathname.split('/')[2]!, path: pathname, token: hash.slice(1) };
}

/** Creates a link by `key`, default the admin's. */
export async function createLink(api: TestApi, base: string, body?: unknown, key = api.adminKey) {
  const answer = await api.ask('POST', `${base}/portal-links`, { key, ...(body !== undefined && { body }) });
  if (answer.status !== 201) throw new Error(answer.text);
  return { ...readLink(answer.body.url as string), ...(answer.body as { url: string; expires_at: string }) };
}

/** Opens a link as its page does. */
export async function openLink(api: TestApi, { path, token }: { path: string; token: string }, ask: Ask = {}) {
  const answer = await api.ask('POST', `${path}/api/session`, { key: null, body: { token }, ...ask });
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { answer, setCookie, cookie: setCookie.split(';')[0]! };
}

/** Creates and opens a link. The returned function asks within its session, from its own page. */
export async function enterPortal(api: TestApi, base: string, body?: unknown, key?: string) {
  const link = await createLink(api, base, body, key);
  const { cookie } = await openLink(api, link);
  const ask = (method: string, path: string, more: Ask = {}): Promise<Answer> =>
    api.ask(method, link.path + path, { ...more, key: null, headers: { cookie, origin: api.url, ...more.headers } });
  return { link, cookie, ask };
}
