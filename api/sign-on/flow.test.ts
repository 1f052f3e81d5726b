import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createSecretBox } from '../../core/secrets.ts';
import { FlowCookie, readReturnPath } from './flow.ts';

test.each(['/', '/deliveries?status=failed&q=a%20b#top', '/webhooks/01948c5e', '/?next=//evil.example'])(
  '%s is a page to return to',
  (path) => expect(readReturnPath(path)).toBe(path),
);

test.each([
  undefined,
  '',
  'webhooks',
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/a\\b',
  '/\t/evil.example',
  '/ /evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  'javascript:alert(1)',
  '/api/sso/start',
  '/x/../api/session',
  '/portal/1',
  `/${'a'.repeat(1000)}`,
])('%j is not', (path) => expect(readReturnPath(path)).toBe('/'));

const flow = { state: 's', nonce: 'n', verifier: 'v', returnTo: '/webhooks' };
const box = createSecretBox(randomBytes(32));

async function readBack(setCookie: string, by = new FlowCookie(box, false)) {
  const app = new Hono().get('/', (c) => c.json(by.read(c)));
  const answer = await app.request('/', { headers: { cookie: setCookie.split(';')[0]! } });
  return await answer.json();
}

test('a flow comes back from its cookie, unless it was changed or made elsewhere', async () => {
  const header = new FlowCookie(box, false).write(flow);
  expect(header).toMatch(/^posthorn_sign_on=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
  expect(header).not.toContain('webhooks');
  expect(await readBack(header)).toEqual(flow);
  const [name, value = ''] = header.split(';')[0]!.split('=');
  expect(await readBack(`${name}=${value.slice(0, -4)}AAAA`)).toBeNull();
  expect(await readBack(`${name}=AAAA`)).toBeNull();
  expect(await readBack('other=1')).toBeNull();
  expect(await readBack(header, new FlowCookie(createSecretBox(randomBytes(32)), false))).toBeNull();
});

test('over https the cookie belongs to this host alone', () => {
  expect(new FlowCookie(box, true).write(flow)).toMatch(/^__Host-posthorn_sign_on=[\w-]+; Path=\/; .*; Secure$/);
  expect(new FlowCookie(box, true).clear()).toContain('Max-Age=0');
});
