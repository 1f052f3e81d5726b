import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOptions } from '../../core/options/index.ts';
import { organization, startApi, WEBHOOKS, type TestApi } from '../api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const valid = { url: 'https://receiver.example/hook', events: ['contact.created'] };

describe.each([
  { platform: 'urpa', base: WEBHOOKS, orgId: undefined },
  { platform: '4calls', base: `${organization('org-1')}/webhooks`, orgId: 'org-1' },
])('webhooks of $platform', ({ base, orgId }) => {
  test('register, read, list, update, delete', async () => {
    const registered = await api.ask('POST', base, { body: { ...valid, description: 'mine' } });
    expect(registered.status).toBe(201);
    const { secret, ...webhook } = registered.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...(orgId && { org_id: orgId }),
      ...valid,
      description: 'mine',
      active: true,
      inactive_reason: null,
      paused: false,
      paused_at: null,
      paused_reason: null,
      ...readOptions({}),
      retry_policy: { maximum_attempts: 6, initial_interval: 120, backoff_coefficient: 2 },
      secret_rotation: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: expect.any(String),
    });

    expect((await api.ask('GET', `${base}/${webhook.id}`)).body).toEqual(webhook);
    expect((await api.ask('GET', base)).body).toEqual({ data: [webhook], next_cursor: null });

    const changes = {
      url: 'https://other.example',
      events: ['contact.updated', 'contact.created', 'contact.updated'],
      description: null,
      retry_policy: { maximum_attempts: 3, initial_interval: 100 },
      limits: { rate: 2.5 },
    };
    const updated = await api.ask('PUT', `${base}/${webhook.id}`, { body: changes });
    expect(updated.status).toBe(200);
    expect(updated.body).toMatchObject({
      url: 'https://other.example',
      events: ['contact.updated', 'contact.created'],
      description: null,
      retry_policy: { maximum_attempts: 3, initial_interval: 100, backoff_coefficient: 2 },
      limits: { concurrency: 100, rate: 2.5 },
    });
    const unlimited = await api.ask('PUT', `${base}/${webhook.id}`, {
      body: { limits: { concurrency: 7, rate: null } },
    });
    expect(unlimited.body.limits).toEqual({ concurrency: 7, rate: null });
    expect(updated.body.updated_at > webhook.updated_at).toBe(true);
    expect(updated.body).not.toHaveProperty('secret');
    expect(updated.text).not.toContain('whsec_');

    const deleted = await api.ask('DELETE', `${base}/${webhook.id}`);
    expect(deleted).toMatchObject({ status: 204, text: '' });
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
    ] as const) {
      const gone = await api.ask(method, `${base}/${webhook.id}${path}`, method === 'PUT' ? { body: {} } : {});
      expect(gone.body).toMatchObject({ status: 404, code: 'not_found', detail: 'there is no webhook with this id' });
    }
    expect((await api.ask('GET', base)).body.data).toEqual([]);
    expect(await secretOf(webhook.id)).toHaveLength(0);
  });

  test('pause and resume, twice each', async () => {
    const { id } = await api.register({}, base);
    for (const action of ['pause', 'pause']) {
      const paused = await api.ask('POST', `${base}/${id}/${action}`);
      expect(paused).toMatchObject({ status: 200, body: { paused: true, paused_at: expect.any(String) } });
    }
    for (const action of ['resume', 'resume']) {
      const resumed = await api.ask('POST', `${base}/${id}/${action}`);
      expect(resumed).toMatchObject({ status: 200, body: { paused: false, paused_at: null } });
    }
  });

  test('turning off records the reason, turning on again removes it', async () => {
    const { id } = await api.register({}, base);
    const off = await api.ask('PUT', `${base}/${id}`, { body: { active: false } });
    expect(off.body).toMatchObject({ active: false, inactive_reason: 'as asked for through the API' });
    const on = await api.ask('PUT', `${base}/${id}`, { body: { active: true } });
    expect(on.body).toMatchObject({ active: true, inactive_reason: null });
  });
});

test('a list pages through all webhooks, newest first', async () => {
  const base = `${organization('paging')}/webhooks`;
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) ids.unshift((await api.register({}, base)).id);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await api.ask('GET', `${base}?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map(({ id }: { id: string }) => id));
    cursor = body.next_cursor ?? '';
  } while (cursor);
  expect(seen).toEqual(ids);
});

test.each([
  ['url', {}, 'is required'],
  ['url', { ...valid, url: 'ftp://receiver.example' }, 'the URL is not http or https'],
  ['url', { ...valid, url: 'nonsense' }, 'the URL is malformed'],
  ['url', { ...valid, url: 'http:///x' }, expect.stringContaining('two slashes and a host')],
  ['url', { ...valid, url: ' https://receiver.example' }, 'must not contain blanks, tabs or line breaks'],
  ['secret', { ...valid, secret: ' '.repeat(20) }, 'must not consist of blanks alone'],
  ['secret', { ...valid, secret: 'whsec_not base64, at all' }, expect.stringContaining('base64 after whsec_')],
  ['url', { ...valid, url: 7 }, 'must be a string'],
  ['url', { ...valid, url: 'https://user:pass@receiver.example' }, 'the URL contains credentials'],
  ['url', { ...valid, url: 'http://10.0.0.1/' }, expect.stringContaining('10.0.0.1')],
  ['url', { ...valid, url: 'http://169.254.169.254/' }, expect.stringContaining('169.254.169.254')],
  ['url', { ...valid, url: `https://receiver.example/${'x'.repeat(2048)}` }, 'must be at most 2048 characters long'],
  ['events', { ...valid, events: [] }, 'must not be empty'],
  ['events', { ...valid, events: 'contact.created' }, 'must be an array'],
  [
    'events[0]',
    { ...valid, events: ['contact.creatd'] },
    expect.stringMatching(/"contact.creatd"; valid are activity.created, .*taskjuggler.synced$/),
  ],
  ['events[1]', { ...valid, events: ['contact.created', null] }, expect.stringContaining('unknown event type null')],
  ['secret', { ...valid, secret: 'fifteen letters' }, 'must be at least 16 characters long'],
  ['secret', { ...valid, secret: 'x'.repeat(257) }, 'must be at most 256 characters long'],
  ['description', { ...valid, description: 'x'.repeat(1001) }, 'must be at most 1000 characters long'],
  ['description', { ...valid, description: 'a\u0000b' }, 'must not contain NUL characters'],
  ['active', { ...valid, active: 'yes' }, 'must be a boolean'],
  ['retry_policy.maximum_attempts', { ...valid, retry_policy: { maximum_attempts: 13 } }, 'must be at most 12'],
  ['retry_policy.maximum_attempts', { ...valid, retry_policy: { maximum_attempts: 1.5 } }, 'must be a whole number'],
  ['retry_policy.initial_interval', { ...valid, retry_policy: { initial_interval: 5 } }, 'must be at least 6'],
  ['retry_policy.backoff_coefficient', { ...valid, retry_policy: { backoff_coefficient: 0.5 } }, 'must be at least 1'],
  ['limits.concurrency', { ...valid, limits: { concurrency: 0 } }, 'must be at least 1'],
  ['limits.concurrency', { ...valid, limits: { concurrency: 1001 } }, 'must be at most 1000'],
  ['limits.concurrency', { ...valid, limits: { concurrency: 1.5 } }, 'must be a whole number'],
  ['limits.rate', { ...valid, limits: { rate: 0 } }, 'must be at least 0.1'],
  ['limits.rate', { ...valid, limits: { rate: '5' } }, 'must be a number'],
])('refuses an invalid %s', async (path, body, message) => {
  const base = `${organization('refusals')}/webhooks`;
  for (const [method, target] of [
    ['POST', WEBHOOKS],
    ['PUT', `${WEBHOOKS}/${(await api.register()).id}`],
  ] as const) {
    if (method === 'PUT' && Object.keys(body).length === 0) continue;
    const answer = await api.ask(method, target, { body });
    expect(answer.status).toBe(422);
    expect(answer.body.code).toBe('invalid_request');
    expect(answer.body.errors).toContainEqual({ path, message });
  }
  expect((await api.ask('GET', base)).body.data).toEqual([]);
});

test('a given secret is stored encrypted, and no secret is ever shown or logged again', async () => {
  const secret = 'my very own secret, 0123456789';
  const registered = await api.register({ secret });
  expect(registered.secret).toBe(secret);
  const replaced = 'another secret of mine, 9876543210';
  const updated = await api.ask('PUT', `${WEBHOOKS}/${registered.id}`, { body: { secret: replaced } });
  const shown = [
    updated.text,
    (await api.ask('GET', WEBHOOKS)).text,
    (await api.ask('GET', `${WEBHOOKS}/${registered.id}`)).text,
  ];
  await api.ask('PUT', `${WEBHOOKS}/${registered.id}`, { body: { secret: replaced, url: 'nonsense' } });
  const { rows } = await api.database.pool.query('select details::text from audit_log where subject_id = $1', [
    registered.id,
  ]);
  expect(rows).toContainEqual({ details: '{"fields": ["secret"]}' });
  const everything = [...shown, ...api.lines, JSON.stringify(rows), String(await secretOf(registered.id))].join('\n');
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain(replaced);
});

test('the audit log names the actor of each change', async () => {
  const { id } = await api.register();
  await api.ask('PUT', `${WEBHOOKS}/${id}`, { body: { description: 'x', active: true } });
  await api.ask('POST', `${WEBHOOKS}/${id}/pause`);
  await api.ask('POST', `${WEBHOOKS}/${id}/resume`);
  await api.ask('DELETE', `${WEBHOOKS}/${id}`);
  const { rows } = await api.database.pool.query(
    'select actor, action, platform, org_id, details from audit_log where subject_id = $1 order by id',
    [id],
  );
  const by = { actor: 'POSTHORN_ADMIN_KEY', platform: 'urpa', org_id: '' };
  expect(rows).toEqual([
    { ...by, action: 'webhook.registered', details: { url: valid.url, events: valid.events, active: true } },
    { ...by, action: 'webhook.updated', details: { fields: ['description', 'active'], active: true } },
    { ...by, action: 'webhook.paused', details: {} },
    { ...by, action: 'webhook.resumed', details: {} },
    { ...by, action: 'webhook.deleted', details: {} },
  ]);
});

test('unknown fields in a body are ignored', async () => {
  const answer = await api.ask('POST', WEBHOOKS, { body: { ...valid, name: 'x', id: 'y' } });
  expect(answer.status).toBe(201);
});

async function secretOf(id: string): Promise<Buffer> {
  const { rows } = await api.database.pool.query<{ secret: Buffer }>('select secret from webhooks where id = $1', [id]);
  return rows[0]!.secret;
}
