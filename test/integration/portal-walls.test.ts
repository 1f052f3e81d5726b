import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../api/portal-access.ts';
import { organization, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';
import { enterPortal } from '../portal.ts';

const A = organization('a');
const B = organization('b');
const webhook = { url: 'https://receiver.example', events: ['contact.created'] };

type Portal = Awaited<ReturnType<typeof enterPortal>>;

let api: TestApi;
let reader: Portal;
let writer: Portal;
let own: { webhook: string; event: string; delivery: string };
let foreign: typeof own;

beforeAll(async () => {
  api = await startApi();
  [own, foreign] = [await fill(A), await fill(B)];
  await fill(URPA, WEBHOOKS);
  reader = await enterPortal(api, A);
  writer = await enterPortal(api, A, { permissions: 'write' });
});
afterAll(() => api.close());

/** A webhook with a delivery. */
async function fill(base: string, webhooks = `${base}/webhooks`): Promise<typeof own> {
  const { id } = await api.register({}, webhooks);
  const { body } = await api.ask('POST', `${base}/events`, { body: { event: 'contact.created', data: { id: '1' } } });
  return { webhook: id, event: body.id, delivery: body.deliveries[0].id };
}

const reads = () => [
  [`${A}/webhooks`, 200],
  [`${A}/webhooks/${own.webhook}`, 200],
  [`${A}/webhooks/events`, 200],
  [`${A}/webhooks/events/${own.delivery}`, 200],
  [`${A}/event-types`, 200],
  [`${A}/recoveries`, 200],
  ['/api/dashboard/overview', 200],
  ['/api/dashboard/webhooks', 200],
  [`/api/dashboard/webhooks/${own.webhook}`, 200],
  ['/api/dashboard/deliveries', 200],
  ['/api/dashboard/deliveries?status=', 200],
  ['/api/dashboard/deliveries/count', 200],
  [`/api/dashboard/deliveries/${own.delivery}`, 200],
  ['/api/dashboard/events', 200],
  [`/api/dashboard/events/${own.event}`, 200],
  ['/api/dashboard/recoveries', 200],
];

const changes = () =>
  [
    ['POST', `${A}/webhooks`, webhook, 201],
    ['PUT', `${A}/webhooks/${own.webhook}`, { description: 'mine' }, 200],
    ['POST', `${A}/webhooks/${own.webhook}/test`, {}, 202],
    ['POST', `${A}/webhooks/${own.webhook}/secret/rotate`, {}, 200],
    ['POST', `${A}/webhooks/${own.webhook}/secret/rotate/end`, undefined, 200],
    ['POST', `${A}/webhooks/${own.webhook}/pause`, undefined, 200],
    ['POST', `${A}/webhooks/${own.webhook}/resume`, undefined, 200],
    ['POST', `${A}/webhooks/events/${own.delivery}/retry`, undefined, 202],
    ['POST', `${A}/webhooks/events/${own.delivery}/cancel`, undefined, 200],
    ['POST', `${A}/webhooks/events/retry`, { filter: {} }, 202],
    ['POST', '/api/dashboard/recoveries', { filter: {}, dry_run: true }, 200],
    ['POST', '/api/dashboard/check-url', { url: 'http://127.0.0.1' }, 200],
    ['DELETE', `${A}/webhooks/${own.webhook}`, undefined, 204],
  ] as const;

describe('what a portal may', () => {
  test('both permissions read what the owner has, and nothing of others', async () => {
    for (const portal of [reader, writer]) {
      for (const [path, status] of reads()) {
        const answer = await portal.ask('GET', String(path));
        expect([path, answer.status]).toEqual([path, status]);
        for (const id of Object.values(foreign)) expect(answer.text, String(path)).not.toContain(id);
      }
    }
    const { body } = await reader.ask('GET', '/api/dashboard/deliveries');
    expect(body.data.map(({ org_id }: { org_id: string }) => org_id)).toEqual(['a']);
  });

  test('it sees no signature that it could reuse, and nothing of the system behind', async () => {
    const { body } = await reader.ask('GET', `/api/dashboard/deliveries/${own.delivery}`);
    expect(body.request_headers['X-4Calls-Signature']).toBe('…');
    expect(body.workflow).toEqual({ id: null, url: null, state: 'none', detail: null });
  });

  test('read changes nothing', async () => {
    for (const [method, path, body] of changes()) {
      const answer = await reader.ask(method, path, { ...(body && { body }) });
      expect(answer.body, `${method} ${path}`).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  test("a filter is tried on the owner's events alone", async () => {
    const attempt = { events: ['contact.created'], filter: '{"id":"1"}', platform: '4calls' };
    for (const portal of [reader, writer]) {
      const { status, body } = await portal.ask('POST', '/api/dashboard/filter-trial', { body: attempt });
      expect([status, body.events]).toMatchObject([200, [{ id: own.event, mismatch: null }]]);
      for (const other of [{ org_id: 'b' }, { platform: 'urpa' }]) {
        const answer = await portal.ask('POST', '/api/dashboard/filter-trial', { body: { ...attempt, ...other } });
        expect(answer.status, JSON.stringify(other)).toBe(404);
      }
    }
  });

  test('write changes what the owner has, and the audit log names the key and the portal', async () => {
    for (const [method, path, body, status] of changes()) {
      const answer = await writer.ask(method, path, { ...(body && { body }) });
      expect([method, path, answer.status, answer.status === status ? '' : answer.text]).toEqual([
        method,
        path,
        status,
        '',
      ]);
    }
    const { rows } = await api.database.pool.query(
      `select distinct actor from audit_log where subject_id = $1 and action <> 'webhook.registered'`,
      [own.webhook],
    );
    expect(rows).toEqual([{ actor: 'POSTHORN_ADMIN_KEY (portal)' }]);
  });

  test('changes come from its own page alone', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '', 'sec-fetch-site': 'cross-site' },
      { origin: '', 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const answer = await writer.ask('POST', `${A}/webhooks`, { body: webhook, headers });
      expect(answer.body, JSON.stringify(headers)).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });
});

describe('walls', () => {
  test("another organization's things do not exist", async () => {
    const [, ...others] = changes();
    for (const [path] of reads().filter(([path]) => String(path).startsWith(A))) {
      expect((await writer.ask('GET', String(path).replace(A, B))).status, String(path)).toBe(404);
    }
    for (const [method, path, body] of [['POST', `${A}/webhooks`, webhook] as const, ...others]) {
      if (!path.startsWith(A)) continue;
      const there = path.replace(A, B).replace(own.webhook, foreign.webhook).replace(own.delivery, foreign.delivery);
      const here = path.replace(own.webhook, foreign.webhook).replace(own.delivery, foreign.delivery);
      for (const target of here === path ? [there] : [there, here]) {
        const answer = await writer.ask(method, target, { ...(body && { body }) });
        expect(answer.body, `${method} ${target}`).toMatchObject({ status: 404, code: 'not_found' });
      }
    }
    for (const path of [
      `webhooks/${foreign.webhook}`,
      `deliveries/${foreign.delivery}`,
      `events/${foreign.event}`,
      'webhooks?platform=4calls&org_id=b',
      'deliveries?org_id=b',
      'events?org_id=b',
      'overview?org_id=b',
      'recoveries?org_id=b',
      'webhooks?platform=urpa',
    ]) {
      expect((await writer.ask('GET', `/api/dashboard/${path}`)).status, path).toBe(404);
    }
    const wide = { filter: { platform: '4calls', org_id: 'b' }, dry_run: true };
    expect((await writer.ask('POST', '/api/dashboard/recoveries', { body: wide })).status).toBe(404);
  });

  test("another platform's things are forbidden, as for a key", async () => {
    expect((await writer.ask('GET', WEBHOOKS)).status).toBe(403);
    expect((await writer.ask('POST', WEBHOOKS, { body: webhook })).status).toBe(403);
    const urpa = await enterPortal(api, URPA, { permissions: 'write' });
    expect((await urpa.ask('GET', `${A}/webhooks`)).status).toBe(403);
    expect((await urpa.ask('GET', WEBHOOKS)).body.data).toHaveLength(1);
    const { body } = await urpa.ask('GET', '/api/dashboard/deliveries');
    expect(new Set(body.data.map(({ platform }: { platform: string }) => platform))).toEqual(new Set(['urpa']));
  });

  test('keys, the audit log, health, emitting, and further links are not there', async () => {
    for (const [method, path] of [
      ['GET', '/api/admin/keys'],
      ['POST', '/api/admin/keys'],
      ['GET', '/api/dashboard/audit'],
      ['GET', '/api/dashboard/health'],
      ['GET', '/api/dashboard/organizations'],
      ['GET', `${A}/webhooks/events/${own.delivery}/request`],
      ['POST', `${A}/portal-links`],
      ['POST', `${A}/events`],
      ['POST', `${A}/events/batch`],
      ['GET', '/metrics'],
      ['GET', '/readyz'],
      ['GET', '/api/docs'],
      ['GET', '/api/openapi.json'],
    ] as const) {
      const answer = await writer.ask(method, path, { ...(method === 'POST' && { body: {} }) });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});

test('what is listed as open to portals is there', async () => {
  const { body } = await api.ask('GET', '/api/openapi.json');
  const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId.replace(/^[^_]+_/, '')),
  );
  expect(ids).toEqual(expect.arrayContaining([...OPERATIONS]));
});
