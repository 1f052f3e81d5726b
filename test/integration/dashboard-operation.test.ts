import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { organization, startApi, type TestApi } from '../api.ts';

const DASHBOARD = '/api/dashboard';
const WEBHOOKS_OF_A = `${organization('a')}/webhooks`;

let api: TestApi;
let webhookId: string;
let adminOfOne: string;
beforeAll(async () => {
  api = await startApi();
  await api.database.pool.query(`insert into workers (id, host, pid) values ($1, 'here', 1)`, [uuidv7()]);
  await api.database.query(`update rollup set done_until = now() - interval '70 minutes'`);
  adminOfOne = await api.makeKey({
    platform: '4calls',
    org_id: 'a',
    scopes: ['webhooks:read', 'events:read', 'admin'],
  });
  webhookId = (await api.register({}, WEBHOOKS_OF_A)).id;
  await api.ask('POST', `${WEBHOOKS_OF_A}/${webhookId}/pause`);
  for (let count = 0; count < 10; count++) await api.register({}, WEBHOOKS_OF_A);
});
afterAll(() => api.close());

const get = (path: string, key?: string) => api.ask('GET', DASHBOARD + path, key === undefined ? {} : { key });
const ids = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => id);

test('the audit log can be filtered and paged', async () => {
  const { body } = await get(`/audit?subject_id=${webhookId}&action=webhook.paused`);
  expect(body.data).toMatchObject([{ actor: 'POSTHORN_ADMIN_KEY', action: 'webhook.paused', org_id: 'a' }]);
  const all = ids(await get('/audit?limit=200'));
  const first = (await get('/audit?limit=5')).body;
  expect(ids({ body: first })).toEqual(all.slice(0, 5));
  expect(ids(await get(`/audit?limit=5&cursor=${first.next_cursor}`))).toEqual(all.slice(5, 10));
});

test.each([
  ['https://203.0.113.1/', false, expect.stringContaining('203.0.113.1 is')],
  ['http://127.0.0.1:9/', true, null],
  ['http://10.1.2.3/', false, expect.stringContaining('10.1.2.3')],
  ['https://8.8.8.8/', true, null],
  ['http://localhost:1/', true, null],
  ['ftp://a.example/', false, 'the URL is not http or https'],
  ['https://user:pass@8.8.8.8/', false, 'the URL contains credentials'],
  ['nonsense', false, 'the URL is malformed'],
  ['https://nowhere.invalid/', false, expect.stringContaining('nowhere.invalid')],
])('%s may be a receiver: %s', async (url, allowed, reason) => {
  const answer = await api.ask('POST', `${DASHBOARD}/check-url`, { body: { url } });
  expect(answer.body).toEqual({ allowed, reason });
});

test('health names the workers only to admin keys without a platform', async () => {
  const seen = (await get('/health')).body;
  expect(seen).toMatchObject({
    database: { ok: true, detail: expect.stringContaining('PostgreSQL answers') },
    temporal: { ok: expect.any(Boolean) },
    workers: [{ host: 'here', pid: 1, alive: expect.any(Boolean) }],
  });
  expect((await get('/health', adminOfOne)).body.workers).toMatchObject([{ host: null, pid: null }]);
});

test('health reports when the counts are far behind', async () => {
  expect((await get('/health')).body.database.detail).toMatch(/; the overview's counts are 70 min behind$/);
});
