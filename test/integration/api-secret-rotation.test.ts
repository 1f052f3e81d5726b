import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maintainTables } from '../../activities/maintain-tables.ts';
import { createLog } from '../../core/log.ts';
import { organization, startApi, WEBHOOKS, type TestApi } from '../api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const rotate = (id: string, body?: unknown) =>
  api.ask('POST', `${WEBHOOKS}/${id}/secret/rotate`, { ...(body !== undefined && { body }) });
const end = (id: string) => api.ask('POST', `${WEBHOOKS}/${id}/secret/rotate/end`);

/** The seconds until the overlap ends. */
function secondsLeft(answer: { body: { secret_rotation: { expires_at: string } } }): number {
  return (Date.parse(answer.body.secret_rotation.expires_at) - Date.now()) / 1000;
}

async function stored(id: string) {
  const { rows } = await api.database.pool.query<{
    secret: Buffer;
    previous_secret: Buffer | null;
    expires: Date | null;
  }>('select secret, previous_secret, previous_secret_expires_at as expires from webhooks where id = $1', [id]);
  return rows[0]!;
}

describe.each([
  { platform: 'urpa', base: WEBHOOKS },
  { platform: '4calls', base: `${organization('org-1')}/webhooks` },
])('a rotation of $platform', ({ base }) => {
  test('answers the new secret once, and both are valid for a day by default', async () => {
    const { secret, ...webhook } = await api.register({}, base);
    expect(webhook.secret_rotation).toBeNull();
    const rotated = await api.ask('POST', `${base}/${webhook.id}/secret/rotate`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(rotated.body.secret).not.toBe(secret);
    expect(secondsLeft(rotated)).toBeGreaterThan(86_000);
    expect(secondsLeft(rotated)).toBeLessThan(86_500);
    const { secret: next, ...rest } = rotated.body;
    expect(rest).toEqual({ ...webhook, secret_rotation: rotated.body.secret_rotation, updated_at: rest.updated_at });
    const read = await api.ask('GET', `${base}/${webhook.id}`);
    expect(read.body).toEqual(rest);
    expect(read.text).not.toContain(next);
    expect((await api.ask('GET', `/api/dashboard/webhooks/${webhook.id}`)).body.secret_rotation).toEqual(
      rest.secret_rotation,
    );

    const ended = await api.ask('POST', `${base}/${webhook.id}/secret/rotate/end`);
    expect(ended).toMatchObject({ status: 200, body: { secret_rotation: null } });
    expect(ended.text).not.toContain('whsec_');
    expect(await api.ask('POST', `${base}/${webhook.id}/secret/rotate/end`)).toMatchObject({ status: 200 });
  });
});

test('the overlap has bounds, and the secret has the rules of registration', async () => {
  const { id } = await api.register();
  const before = await stored(id);
  for (const [path, body, message] of [
    ['overlap', { overlap: -1 }, 'must be at least 0'],
    ['overlap', { overlap: 604_801 }, 'must be at most 604800'],
    ['overlap', { overlap: 1.5 }, 'must be a whole number'],
    ['overlap', { overlap: '60' }, 'must be a number'],
    ['secret', { secret: 'fifteen letters' }, 'must be at least 16 characters long'],
    ['secret', { secret: ' '.repeat(20) }, 'must not consist of blanks alone'],
    ['secret', { secret: 'whsec_not base64, at all' }, expect.stringContaining('base64 after whsec_')],
    ['force', { force: 'yes' }, 'must be a boolean'],
  ] as const) {
    expect((await rotate(id, body)).body, JSON.stringify(body)).toMatchObject({
      status: 422,
      errors: [{ path, message }],
    });
  }
  expect(await stored(id)).toEqual(before);
  expect(secondsLeft(await rotate(id, { overlap: 604_800 }))).toBeGreaterThan(604_000);
});

test('an overlap of 0 replaces the secret at once', async () => {
  const { id } = await api.register();
  const secret = 'my very own new secret, 0123456789';
  expect((await rotate(id, { secret, overlap: 0 })).body).toMatchObject({ secret, secret_rotation: null });
  expect(await stored(id)).toMatchObject({ previous_secret: null, expires: null });
  expect((await rotate(id)).status).toBe(200);
});

test('a second rotation within the overlap is refused unless forced, and then drops the oldest secret', async () => {
  const { id, secret } = await api.register();
  const first = await rotate(id);
  const refused = await rotate(id, { overlap: 0 });
  expect(refused.body).toMatchObject({ status: 409, code: 'rotation_in_progress' });
  expect(refused.body.detail).toContain(first.body.secret_rotation.expires_at);
  const held = await stored(id);
  const forced = await rotate(id, { force: true, overlap: 600 });
  expect(forced).toMatchObject({ status: 200, body: { secret_rotation: { expires_at: expect.any(String) } } });
  expect(await stored(id)).toMatchObject({ previous_secret: held.secret });

  await api.ask('POST', `${WEBHOOKS}/${id}/test`, { body: {} });
  const { data } = (await api.ask('GET', `/api/dashboard/deliveries?webhook_id=${id}`)).body;
  const { body, request_headers: headers } = (await api.ask('GET', `/api/dashboard/deliveries/${data[0].id}`)).body;
  const hex = (key: string) => createHmac('sha256', key).update(body).digest('hex');
  expect(headers['X-URPA-Signature']).toBe(hex(first.body.secret));
  expect(headers['X-URPA-Signature-Next']).toBe(hex(forced.body.secret));
  expect(Object.values(headers)).not.toContain(hex(secret));
});

test('of many rotations at the same time one succeeds', async () => {
  const { id } = await api.register();
  const answers = await Promise.all(Array.from({ length: 6 }, () => rotate(id)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
});

test('a new secret by PUT ends a rotation, and deleting the webhook deletes both secrets', async () => {
  const { id } = await api.register();
  await rotate(id);
  const put = await api.ask('PUT', `${WEBHOOKS}/${id}`, { body: { secret: 'a-new-secret-of-the-webhook' } });
  expect(put.body.secret_rotation).toBeNull();
  expect((await stored(id)).previous_secret).toBeNull();
  await rotate(id);
  await api.ask('PUT', `${WEBHOOKS}/${id}`, { body: { description: 'keeps both' } });
  expect((await stored(id)).previous_secret).not.toBeNull();
  await api.ask('DELETE', `${WEBHOOKS}/${id}`);
  expect(await stored(id)).toMatchObject({ secret: Buffer.alloc(0), previous_secret: null, expires: null });
  expect((await rotate(id)).status).toBe(404);
  expect((await end(id)).status).toBe(404);
});

test('the end is by the clock: another rotation is possible then, and maintenance deletes the old secret', async () => {
  const { id } = await api.register();
  const { id: running } = await api.register();
  await rotate(id);
  await rotate(running);
  await api.database.pool.query(
    `update webhooks set previous_secret_expires_at = now() - interval '1 ms' where id = $1`,
    [id],
  );
  expect((await api.ask('GET', `${WEBHOOKS}/${id}`)).body.secret_rotation).toBeNull();
  expect((await stored(id)).previous_secret).not.toBeNull();
  await maintainTables(api.database.query, 90, createLog('test', 'silent'));
  expect(await stored(id)).toMatchObject({ previous_secret: null, expires: null });
  expect((await stored(running)).previous_secret).not.toBeNull();
  expect((await rotate(id)).status).toBe(200);
});

test('both secrets are stored encrypted, the audit log has who and when, and nothing is logged', async () => {
  const { id } = await api.register({ secret: 'the old secret, 0123456789' });
  const rotated = await rotate(id, { secret: 'the new secret, 9876543210' });
  await rotate(id, { secret: 'the third secret, 1357924680', force: true, overlap: 60 });
  await end(id);
  await end(id);
  const { rows } = await api.database.pool.query<{ action: string; actor: string; details: object }>(
    `select action, actor, details from audit_log where subject_id = $1 and action like 'webhook.secret%' order by id`,
    [id],
  );
  const actor = 'POSTHORN_ADMIN_KEY';
  expect(rows).toEqual([
    { actor, action: 'webhook.secret_rotated', details: { expires_at: rotated.body.secret_rotation.expires_at } },
    { actor, action: 'webhook.secret_rotated', details: { expires_at: expect.any(String), forced: true } },
    { actor, action: 'webhook.secret_rotation_ended', details: {} },
  ]);
  const { secret } = await stored(id);
  const everything = [JSON.stringify(rows), secret.toString('latin1'), ...api.lines].join('\n');
  expect(everything).not.toMatch(/the (old|new|third) secret/);
});

test('walls: the scope is webhooks:write, and a rotation of others does not exist', async () => {
  const { id } = await api.register();
  const reader = await api.makeKey({ platform: 'urpa', scopes: ['webhooks:read'] });
  const other = await api.makeKey({ platform: '4calls', org_id: 'b', scopes: ['webhooks:write'] });
  const foreign = await api.register({}, `${organization('a')}/webhooks`);
  for (const action of ['rotate', 'rotate/end']) {
    const path = `${WEBHOOKS}/${id}/secret/${action}`;
    expect((await api.ask('POST', path, { key: reader })).status).toBe(403);
    expect((await api.ask('POST', path, { key: other })).status).toBe(403);
    expect((await api.ask('POST', path, { key: null })).status).toBe(401);
    for (const org of ['a', 'b']) {
      const there = `${organization(org)}/webhooks/${foreign.id}/secret/${action}`;
      expect((await api.ask('POST', there, { key: other })).status).toBe(404);
    }
  }
  expect((await stored(foreign.id)).previous_secret).toBeNull();
});
