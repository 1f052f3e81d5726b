import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { eventually } from '../eventually.ts';
import { ONE_ATTEMPT } from '../failures.ts';
import { listenTo, ofOrganization, POSTHORN, told } from '../operational.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const FOURCALLS = '/api/coordinator/organizations';

let system: System;
let pager: Receiver;
let receiver: Receiver;
let origin: string;
let secret: string;

beforeAll(async () => {
  const env = { POSTHORN_AUTO_PAUSE_AFTER: '1ms' };
  [system, pager, receiver] = await Promise.all([System.start({ env }), startReceiver(), startReceiver()]);
  ({ secret } = await listenTo(system, pager));
  ({ origin } = new URL(receiver.url));
});
afterAll(async () => {
  await system.stop();
  await Promise.all([pager.close(), receiver.close()]);
});

/** A webhook of the organization with one attempt for each delivery. */
async function register(orgId: string, path = '/hook'): Promise<string> {
  const body = { url: origin + path, events: ['contact.created'], ...ONE_ATTEMPT };
  return (await system.call('POST', `${FOURCALLS}/${orgId}/webhooks`, body)).body.id;
}

/** Emits an event of the organization and waits until its delivery has ended. */
async function emit(orgId: string) {
  const event = { event: 'contact.created', data: { id: '1', token: 'payload' } };
  const { body } = await system.call('POST', `${FOURCALLS}/${orgId}/events`, event);
  const [{ id }] = body.deliveries;
  await eventually(async () => {
    const [row] = await system.sql('select status from deliveries where id = $1', [id]);
    return row!['status'] !== 'pending';
  });
  return { id: id as string, event_id: body.id as string, event: 'contact.created' };
}

test('a failure and the recovery after it are told once each, signed, without payloads or paths, and kept in the history', async () => {
  const id = await register('Größe 1', '/hook/credential?token=credential');
  const subject = { platform: '4calls', organization: 'Größe 1', webhook: { id, origin } };
  receiver.answer(status(302, { location: 'https://user:credential@other.example/credential?credential' }));
  const failed = await emit('Größe 1');
  const [event] = await eventually(() => told(pager, id).length === 1 && told(pager, id));
  expect(event).toEqual({
    event: 'delivery.failed',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    data: {
      ...subject,
      delivery: {
        ...failed,
        attempts: 1,
        status_code: 302,
        error_message: 'redirect to https://other.example not followed (302)',
      },
    },
  });
  receiver.answer(status(200));
  const delivered = await emit('Größe 1');
  await emit('Größe 1');
  const [, recovered] = await eventually(() => told(pager, id).length === 2 && told(pager, id));
  expect(recovered).toMatchObject({ event: 'webhook.recovered', data: { ...subject, delivery: delivered } });
  const since = (recovered!.data as unknown as { unrecovered_since: string }).unrecovered_since;
  expect(Math.abs(Date.parse(since) - Date.parse(event!.timestamp))).toBeLessThan(10_000);

  const arrivals = pager.arrivals.filter(({ body }) => body.includes(id));
  expect(arrivals).toHaveLength(2);
  for (const { headers, body } of arrivals) {
    expect(headers['x-posthorn-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
    expect(headers['x-posthorn-event']).toBe((JSON.parse(body) as { event: string }).event);
    expect(body).toBe(encodePhpJson(body));
    expect(body).not.toMatch(/credential|payload/);
  }
  const delivery = `${POSTHORN}/webhooks/events/${String(arrivals[0]!.headers['webhook-id'])}`;
  const shown = await eventually(async () => {
    const { body } = await system.call('GET', delivery);
    return body.status === 'delivered' && body;
  });
  expect(shown).toMatchObject({ event: 'delivery.failed', attempts: 1, payload: event });
  for (const value of [id, failed.id, failed.event_id]) {
    const found = (await system.call('GET', `${POSTHORN}/webhooks/events?q=${value}`)).body.data;
    expect(found.map((one: { id: string }) => one.id)).toContain(shown.id);
  }
  await system.call('POST', `${delivery}/retry`, { force: true });
  await eventually(() => pager.of(shown.id).length === 2);
});

test('a webhook that a 410 turned off', async () => {
  const id = await register('gone');
  receiver.answer(status(410));
  const delivery = await emit('gone');
  const events = await eventually(() => told(pager, id).length === 2 && told(pager, id));
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['delivery.failed', 'webhook.turned_off']));
  expect(events.find(({ event }) => event === 'webhook.turned_off')!.data).toEqual({
    platform: '4calls',
    organization: 'gone',
    webhook: { id, origin },
    delivery,
  });
  receiver.answer(status(200));
  await system.call('PUT', `${FOURCALLS}/gone/webhooks/${id}`, { active: true });
  await emit('gone');
  await eventually(() => told(pager, id).some(({ event }) => event === 'webhook.recovered'));
});

test('an auto-pause', async () => {
  const { id } = await system.register(receiver.url, ONE_ATTEMPT);
  receiver.answer(status(500));
  const failed = await Promise.all(Array.from({ length: 10 }, () => system.emit()));
  await Promise.all(failed.map(([delivery]) => system.reaches(delivery!, 'failed')));
  const paused = await eventually(() => told(pager, id).find(({ event }) => event === 'webhook.auto_paused'), 90_000);
  expect(paused.data).toEqual({
    platform: 'urpa',
    organization: null,
    webhook: { id, origin },
    failures: 10,
    failing_since: expect.any(String),
  });
  expect(told(pager, id).filter(({ event }) => event === 'webhook.auto_paused')).toHaveLength(1);
}, 120_000);

test('a rotation of a secret, with and without an overlap', async () => {
  const id = await register('rotating');
  const rotate = async (body: object) =>
    (await system.call('POST', `${FOURCALLS}/rotating/webhooks/${id}/secret/rotate`, body)).body;
  const { secret_rotation: rotation, secret: next } = await rotate({ overlap: 3_600 });
  const { secret: last } = await rotate({ overlap: 0, force: true });
  const events = await eventually(() => told(pager, id).length === 2 && told(pager, id));
  const ends = `${(rotation.expires_at as string).slice(0, 19)}Z`;
  const subject = { platform: '4calls', organization: 'rotating', webhook: { id, origin } };
  const data = [ends, null].map((old_secret_expires_at) => ({ ...subject, old_secret_expires_at }));
  expect(events.map((event) => event.event)).toEqual(['secret.rotated', 'secret.rotated']);
  expect(events.map((event) => event.data)).toEqual(expect.arrayContaining(data));
  for (const { body } of pager.arrivals) for (const secret of [next, last]) expect(body).not.toContain(secret);
});

test('an organization hears of its own webhooks alone, by its key of 4Calls', async () => {
  const own = await startReceiver();
  try {
    const { body: key } = await system.call('POST', '/api/admin/keys', {
      name: 'a',
      platform: '4calls',
      org_id: 'own',
      scopes: ['webhooks:write'],
    });
    const body = { url: own.url, events: ['delivery.failed'] };
    const authorization = `Bearer ${key.key}`;
    const { status: code } = await system.call('POST', `${ofOrganization('own')}/webhooks`, body, { authorization });
    expect(code).toBe(201);
    const ids = [await register('own'), await register('other')];
    receiver.answer(status(500));
    await emit('other');
    await emit('own');
    await eventually(() => ids.every((id) => told(pager, id).length === 1) && own.arrivals.length === 1);
    for (const [orgId, count] of [
      ['own', 1],
      ['other', 0],
    ] as const) {
      const found = await system.call('GET', `${ofOrganization(orgId)}/webhooks/events?q=${ids[0]}`);
      expect(found.body.data).toHaveLength(count);
    }
    expect(told(own).map(({ data }) => [data.organization, data.webhook.id])).toEqual([['own', ids[0]]]);
    expect(
      await system.sql('select org_id from events where platform = $1 and body like $2', ['posthorn', `%${ids[0]}%`]),
    ).toHaveLength(2);
  } finally {
    await own.close();
  }
});

test('a filter chooses among operational events as among others', async () => {
  const filtered = await startReceiver();
  try {
    for (const organization of ['filtered', 'another']) {
      await listenTo(system, filtered, { events: ['delivery.failed'], filter: { organization } });
    }
    const ids = [await register('filtered'), await register('unfiltered')];
    receiver.answer(status(500));
    await emit('unfiltered');
    await emit('filtered');
    await eventually(() => ids.every((id) => told(pager, id).length === 1) && filtered.arrivals.length === 1);
    expect(told(filtered).map(({ data }) => data.organization)).toEqual(['filtered']);
  } finally {
    await filtered.close();
  }
});

test('nothing is told of operational webhooks', async () => {
  const silent = await startReceiver();
  try {
    silent.answer(status(410));
    const { id } = await listenTo(system, silent);
    const webhook = await register('loop');
    receiver.answer(status(500));
    await emit('loop');
    await eventually(() => told(pager, webhook).length === 1 && silent.arrivals.length === 1);
    await eventually(async () => !(await system.call('GET', `${POSTHORN}/webhooks/${id}`)).body.active);
    const about = 'select 1 from events where body like $1';
    expect(await system.sql(about, [`%"webhook":{"id":"${id}"%`])).toEqual([]);
    expect(await system.sql('select 1 from unrecovered where webhook_id = $1', [id])).toEqual([]);
  } finally {
    await silent.close();
  }
});

test('a test event arrives with the example of its type', async () => {
  const { body } = await system.call('GET', `${POSTHORN}/webhooks`);
  const id = body.data.at(-1).id as string;
  const answer = await system.call('POST', `${POSTHORN}/webhooks/${id}/test`, { event: 'secret.rotated' });
  expect(answer.status).toBe(202);
  await eventually(() => pager.of(answer.body.delivery_id).length === 1);
});
