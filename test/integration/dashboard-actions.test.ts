import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { openLive } from '../live.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const DELIVERIES = '/api/urpa/webhooks/events';

let system: System;
let receiver: Receiver;
beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
});
afterEach(() => receiver.answer(status(200)));
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

const dashboard = (path: string) => system.call('GET', `/api/dashboard${path}`);

describe('a test event', () => {
  test('goes only to its webhook, and the others are listed with the reason', async () => {
    const tested = await system.register(receiver.url);
    const other = await system.register(receiver.url);
    const live = await openLive(`${system.apiUrl}/api/dashboard/live`, { authorization: `Bearer ${system.adminKey}` });
    const answer = await system.call('POST', `${WEBHOOKS}/${tested.id}/test`, { event: 'contact.updated' });
    expect(answer.status).toBe(202);
    const { event_id, delivery_id, event } = answer.body;
    expect(event).toBe('contact.updated');
    const delivery = await system.reaches(delivery_id, 'delivered');
    expect(receiver.of(delivery_id)).toHaveLength(1);
    const { body: types } = await system.call('GET', '/api/urpa/event-types');
    const { example } = types.data.find(({ type }: { type: string }) => type === event);
    expect(delivery.payload).toMatchObject({ event, data: example });
    await live.hears(delivery_id);
    // One message for the event and one for the result, unless both are in the same message.
    await eventually(async () => live.messages.some(({ event: name }) => name === 'change'));
    live.close();
    const { body } = await dashboard(`/events/${event_id}`);
    expect(body.deliveries).toMatchObject([{ id: delivery_id }]);
    expect(body.not_delivered_to).toEqual([
      { webhook: { id: other.id, url: receiver.url }, reason: 'the event was a test of another webhook' },
    ]);
    await system.call('DELETE', `${WEBHOOKS}/${other.id}`);
    await system.call('DELETE', `${WEBHOOKS}/${tested.id}`);
  });

  test('is refused if it could not be sent', async () => {
    const { id } = await system.register(receiver.url);
    const send = async (body?: unknown) => (await system.call('POST', `${WEBHOOKS}/${id}/test`, body)).body;
    expect(await send({ event: 'nothing' })).toMatchObject({ status: 422 });
    await system.call('POST', `${WEBHOOKS}/${id}/pause`);
    expect(await send()).toMatchObject({ status: 409, code: 'webhook_paused' });
    await system.call('POST', `${WEBHOOKS}/${id}/resume`);
    await system.call('PUT', `${WEBHOOKS}/${id}`, { active: false });
    expect(await send()).toMatchObject({ status: 409, code: 'webhook_inactive' });
    await system.call('DELETE', `${WEBHOOKS}/${id}`);
    expect(await send()).toMatchObject({ status: 404 });
  });
});

describe('cancelling', () => {
  test('stops a delivery in backoff and its workflow; a retry restarts it', async () => {
    receiver.answer(status(500));
    const { id: webhook } = await system.register(receiver.url);
    const [id] = await system.emit();
    await system.reaches(id!, 'retrying');
    // Temporal hears of the failure after the workflow has started.
    await eventually(async () => (await dashboard(`/deliveries/${id}`)).body.workflow.detail !== null);
    const shown = (await dashboard(`/deliveries/${id}`)).body.workflow;
    expect(shown).toMatchObject({
      id,
      state: 'running',
      detail: expect.stringContaining('attempt 1 of 6 failed with 500'),
    });
    const cancelled = await system.call('POST', `${DELIVERIES}/${id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { id, status: 'cancelled' } });
    const detail = (await dashboard(`/deliveries/${id}`)).body;
    expect(detail).toMatchObject({
      status: 'cancelled',
      error_message: 'cancelled by POSTHORN_ADMIN_KEY',
      next_attempt_at: null,
      schedule: [],
    });
    expect(detail.timeline.at(-1)).toMatchObject({ type: 'cancelled', detail: 'cancelled by POSTHORN_ADMIN_KEY' });
    expect(detail.timeline.filter(({ type }: { type: string }) => type === 'retry_requested')).toEqual([]);
    await eventually(async () => (await dashboard(`/deliveries/${id}`)).body.workflow.state === 'canceled');
    const again = await system.call('POST', `${DELIVERIES}/${id}/cancel`);
    expect(again.body).toMatchObject({ status: 409, code: 'already_ended' });
    receiver.answer(status(200));
    expect((await system.retry(id!)).status).toBe(202);
    await system.reaches(id!, 'delivered');
    expect(receiver.of(id!)).toHaveLength(2);
    await system.call('DELETE', `${WEBHOOKS}/${webhook}`);
  });

  test('waits for an attempt in flight and is refused if the attempt does not end', async () => {
    const released = Promise.withResolvers<void>();
    receiver.answer((_request, response) => {
      void released.promise.then(() => response.writeHead(500).end());
    });
    const { id: webhook } = await system.register(receiver.url);
    const [id] = await system.emit();
    await eventually(() => receiver.of(id!).length === 1);
    const refused = await system.call('POST', `${DELIVERIES}/${id}/cancel`);
    expect(refused.body).toMatchObject({ status: 409, code: 'attempt_in_flight' });
    const cancelling = system.call('POST', `${DELIVERIES}/${id}/cancel`);
    released.resolve();
    expect((await cancelling).body).toMatchObject({ status: 'cancelled' });
    expect((await system.delivery(id!)).attempt_history).toHaveLength(1);
    await system.call('DELETE', `${WEBHOOKS}/${webhook}`);
  });

  test('requires the right scope', async () => {
    const created = await system.call('POST', '/api/admin/keys', {
      name: 'reader',
      platform: 'urpa',
      scopes: ['events:read', 'webhooks:read'],
    });
    const headers = { authorization: `Bearer ${created.body.key}` };
    const id = '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77';
    expect((await system.call('POST', `${DELIVERIES}/${id}/cancel`, undefined, headers)).status).toBe(403);
    expect((await system.call('POST', `${WEBHOOKS}/${id}/test`, undefined, headers)).status).toBe(403);
    expect((await system.call('POST', `${DELIVERIES}/${id}/cancel`)).status).toBe(404);
  });
});

test('health is good, and reports an unreachable Temporal', async () => {
  const { body } = await dashboard('/health');
  expect(body).toMatchObject({
    database: { ok: true },
    temporal: { ok: true, detail: expect.stringMatching(/^Temporal \d/) },
    workers: [{ alive: true, pid: system.workers[0]!.pid }],
  });
});
