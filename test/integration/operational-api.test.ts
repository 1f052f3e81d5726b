import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../api.ts';
import { ofOrganization, OPERATIONAL_EVENTS, POSTHORN } from '../operational.ts';
import { enterPortal } from '../portal.ts';

const webhook = { url: 'https://pager.example/hook', events: ['delivery.failed'] };

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const A = ofOrganization('a');
const B = ofOrganization('b');

/** A webhook of the owner with a delivery. */
async function fill(base: string) {
  const { id } = (await api.ask('POST', `${base}/webhooks`, { body: webhook })).body;
  const { body } = await api.ask('POST', `${base}/webhooks/${id}/test`, { body: {} });
  return { webhook: id as string, delivery: body.delivery_id as string };
}

test('the event types have a schema and an example each', async () => {
  for (const base of [POSTHORN, A]) {
    const { body } = await api.ask('GET', `${base}/event-types`);
    expect(body.data.map(({ type }: { type: string }) => type)).toEqual(OPERATIONAL_EVENTS);
    for (const { schema, example } of body.data) expect(Object.keys(example)).toEqual(schema.required);
  }
});

test('clients emit none of them', async () => {
  const event = { event: 'delivery.failed', data: {} };
  for (const base of [POSTHORN, A]) {
    for (const [path, body] of [
      ['events', event],
      ['events/batch', { events: [event] }],
    ] as const) {
      const answer = await api.ask('POST', `${base}/${path}`, { body });
      expect(answer.body).toMatchObject({
        status: 403,
        code: 'forbidden',
        detail: expect.stringContaining('Posthorn emits these events itself'),
      });
    }
  }
  const { body: document } = await api.ask('GET', '/api/openapi.json');
  const paths = Object.keys(document.paths).filter((path) => path.startsWith(POSTHORN));
  expect(paths).toContain(`${POSTHORN}/organizations/{orgId}/webhooks/{id}/pause`);
  expect(paths.filter((path) => /\/events(\/batch)?$/.test(path) && !path.endsWith('webhooks/events'))).toEqual([]);
});

test('an owner has ten webhooks at most, also if they are registered at the same time', async () => {
  const base = ofOrganization('many');
  const register = () => api.ask('POST', `${base}/webhooks`, { body: webhook });
  const answers = await Promise.all(Array.from({ length: 14 }, register));
  const statuses = answers.map(({ status }) => status);
  expect([201, 409].map((status) => statuses.filter((each) => each === status).length)).toEqual([10, 4]);
  const refused = answers.find(({ status }) => status === 409)!;
  expect(refused.body).toMatchObject({ code: 'too_many_webhooks', detail: expect.stringContaining('10 webhooks') });
  const { body } = await api.ask('GET', `${base}/webhooks`);
  expect(body.data).toHaveLength(10);
  await api.ask('DELETE', `${base}/webhooks/${body.data[0].id}`);
  expect((await register()).status).toBe(201);
  expect((await api.ask('POST', `${ofOrganization('few')}/webhooks`, { body: webhook })).status).toBe(201);
});

describe('the walls', () => {
  const scopes = ['admin'];
  const statusOf = async (key: string, base: string) => (await api.ask('GET', `${base}/webhooks`, { key })).status;

  test('everything is for keys that see everything, an organization for its own keys of 4Calls as well', async () => {
    const keys = await Promise.all(
      [
        { platform: 'posthorn' },
        { platform: 'posthorn', org_id: 'a' },
        { platform: '4calls' },
        { platform: '4calls', org_id: 'a' },
        { platform: 'urpa' },
      ].map((fields) => api.makeKey({ ...fields, scopes })),
    );
    const statuses = await Promise.all(
      [api.adminKey, ...keys].map((key) => Promise.all([POSTHORN, A, B].map((base) => statusOf(key, base)))),
    );
    expect(statuses).toEqual([
      [200, 200, 200],
      [200, 200, 200],
      [403, 200, 404],
      [403, 200, 200],
      [403, 200, 404],
      [403, 403, 403],
    ]);
    const refused = await api.ask('GET', `${POSTHORN}/webhooks`, { key: keys[3]! });
    expect(refused.body.detail).toContain(`use ${POSTHORN}/organizations/{orgId}`);
  });

  test('what belongs to another owner does not exist', async () => {
    const all = { [POSTHORN]: await fill(POSTHORN), [A]: await fill(A), [B]: await fill(B) };
    for (const [base, own] of Object.entries(all)) {
      const listed = await api.ask('GET', `${base}/webhooks/events`);
      expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([own.delivery]);
      for (const [other, foreign] of Object.entries(all)) {
        const expected = other === base ? 200 : 404;
        for (const path of [`webhooks/${foreign.webhook}`, `webhooks/events/${foreign.delivery}`]) {
          expect((await api.ask('GET', `${base}/${path}`)).status).toBe(expected);
        }
      }
    }
  });

  test('a key in the dashboard sees its own owners', async () => {
    const [all, one, fourcalls] = await Promise.all(
      [{ platform: 'posthorn' }, { platform: 'posthorn', org_id: 'a' }, { platform: '4calls', org_id: 'a' }].map(
        (fields) => api.makeKey({ ...fields, scopes }),
      ),
    );
    const owners = async (key: string | undefined, query = '') => {
      const { body } = await api.ask('GET', `/api/dashboard/deliveries${query}`, { key: key! });
      return body.data?.map(({ org_id }: { org_id: string | null }) => org_id) ?? body.status;
    };
    expect([await owners(all), await owners(one)]).toEqual([['b', 'a', null], ['a']]);
    expect([await owners(all, '?org_id=b'), await owners(one, '?org_id=b')]).toEqual([['b'], 404]);
    expect([await owners(fourcalls), await owners(fourcalls, '?platform=posthorn')]).toEqual([[], 404]);
  });

  test('a portal for everything does not show what belongs to organizations', async () => {
    const portal = await enterPortal(api, POSTHORN, { permissions: 'write' });
    const { body } = await portal.ask('GET', '/api/dashboard/deliveries');
    expect(body.data.map(({ org_id }: { org_id: string | null }) => org_id)).toEqual([null]);
    expect((await portal.ask('GET', `${POSTHORN}/webhooks`)).body.data).toHaveLength(1);
    expect((await portal.ask('GET', `${A}/webhooks`)).status).toBe(404);
    expect((await portal.ask('GET', '/api/dashboard/deliveries?org_id=a')).status).toBe(404);
    expect((await portal.ask('GET', '/api/session')).body).toMatchObject({
      org_id: null,
      platforms: [{ id: 'posthorn', scope: 'platform', api_base: POSTHORN, organization_api_base: null }],
    });
  });

  test("a 4Calls key makes portals for its organization's operational webhooks", async () => {
    const key = await api.makeKey({ platform: '4calls', org_id: 'a', scopes });
    const portal = await enterPortal(api, A, { permissions: 'write' }, key);
    const { body } = await portal.ask('GET', '/api/dashboard/deliveries');
    expect(body.data.map(({ org_id }: { org_id: string | null }) => org_id)).toEqual(['a']);
    expect((await portal.ask('GET', `${B}/webhooks`)).status).toBe(404);
    expect((await portal.ask('GET', `${POSTHORN}/webhooks`)).status).toBe(403);
    expect((await portal.ask('GET', '/api/session')).body.platforms).toMatchObject([
      { id: 'posthorn', scope: 'organization', api_base: `${POSTHORN}/organizations/{orgId}` },
    ]);
  });
});
