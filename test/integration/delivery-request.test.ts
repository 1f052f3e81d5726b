import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../../clients/typescript/src/verify.ts';
import { organization, startApi, type TestApi } from '../api.ts';

const A = organization('a');
const SECRETS = ['the-first-secret-of-all', 'the-second-secret-of-all'] as const;

let api: TestApi;
let webhook: string;
let path: string;

beforeAll(async () => {
  api = await startApi();
  const headers = { 'X-Team': 'blue', Authorization: 'Bearer very-secret' };
  const registered = await api.register({ secret: SECRETS[0], headers }, `${A}/webhooks`);
  webhook = `${A}/webhooks/${registered.id}`;
  const [id] = await api.emit({ data: { n: 1 } }, A);
  path = `${A}/webhooks/events/${id}/request`;
});
afterAll(() => api.close());

test('the request of a delivery verifies now, and has no value of the webhook’s own headers', async () => {
  const { status, headers, body } = await api.ask('GET', path);
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(body).toMatchObject({ method: 'POST', url: 'https://receiver.example/hook' });
  expect(body.headers).toMatchObject({
    'X-4Calls-Event': 'contact.created',
    'content-type': 'application/json',
    'X-Team': '[redacted]',
    Authorization: '[redacted]',
  });
  expect(await verify(body.body, body.headers, SECRETS[0])).toMatchObject({ data: { n: 1 } });
});

test('only a key that may read events and change webhooks sees it, and only of its own organization', async () => {
  const ask = async (scopes: string[], org_id = 'a') =>
    (await api.ask('GET', path, { key: await api.makeKey({ platform: '4calls', org_id, scopes }) })).status;
  expect(await ask(['events:read', 'webhooks:read', 'events:write'])).toBe(403);
  expect(await ask(['webhooks:write', 'webhooks:read', 'events:write'])).toBe(403);
  expect(await ask(['events:read', 'webhooks:write'])).toBe(200);
  expect(await ask(['events:read', 'webhooks:write'], 'b')).toBe(404);
  const other = await api.ask('GET', path.replace(A, organization('b')));
  expect(other.body).toMatchObject({ status: 404, code: 'not_found' });
});

test('while the secret is rotated, both secrets verify it, and after the webhook was deleted there is none', async () => {
  await api.ask('POST', `${webhook}/secret/rotate`, { body: { secret: SECRETS[1] } });
  const { body } = await api.ask('GET', path);
  for (const secret of SECRETS) await verify(body.body, body.headers, secret);
  await api.ask('DELETE', webhook);
  const { body: refusal } = await api.ask('GET', path);
  expect(refusal).toMatchObject({ status: 409, code: 'webhook_deleted' });
});
