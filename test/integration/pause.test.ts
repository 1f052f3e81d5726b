import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const HOOKS = '/api/urpa/integrations/webhooks';

let system: System;
let receiver: Receiver;
let webhook: { id: string };

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
});
beforeEach(async () => {
  receiver.answer(status(200));
  webhook = await system.register(receiver.url);
  return async () => void (await system.call('DELETE', `${HOOKS}/${webhook.id}`));
});

test('a paused webhook holds new deliveries and those in backoff, and sends them on resume', async () => {
  receiver.answer(status(500));
  const [failed] = await system.emit();
  await system.reaches(failed!, 'retrying');
  receiver.answer(status(200));
  expect((await system.call('POST', `${HOOKS}/${webhook.id}/pause`)).body).toMatchObject({ paused: true });
  const [fresh] = await system.emit();
  await system.reaches(failed!, 'held');
  await system.reaches(fresh!, 'held');
  expect((await system.retry(fresh!)).body).toMatchObject({ code: 'webhook_paused' });
  expect(receiver.of(fresh!)).toEqual([]);

  expect((await system.call('POST', `${HOOKS}/${webhook.id}/resume`)).body).toMatchObject({ paused: false });
  expect((await system.reaches(failed!, 'delivered')).attempts).toBe(2);
  expect((await system.reaches(fresh!, 'delivered')).attempts).toBe(1);
});

test('an attempt in flight is held if it fails while its webhook is paused', async () => {
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(500).end(), 600));
  const [id] = await system.emit();
  await eventually(() => receiver.of(id!).length === 1);
  await system.call('POST', `${HOOKS}/${webhook.id}/pause`);
  expect((await system.reaches(id!, 'held')).attempts).toBe(1);
});

test('turning a webhook off cancels its deliveries with the reason; a retry works after turning it on', async () => {
  receiver.answer(status(500));
  const [id] = await system.emit();
  await system.reaches(id!, 'retrying');
  await system.call('PUT', `${HOOKS}/${webhook.id}`, { active: false });
  expect((await system.reaches(id!, 'cancelled')).error_message).toContain('turned off');
  expect(await system.emit()).toEqual([]);
  expect((await system.retry(id!)).body).toMatchObject({ status: 409, code: 'webhook_inactive' });
  await system.call('PUT', `${HOOKS}/${webhook.id}`, { active: true });
  receiver.answer(status(200));
  expect((await system.retry(id!)).status).toBe(202);
  await system.reaches(id!, 'delivered');
});

test('deleting a webhook cancels its deliveries, keeps its history and refuses retries', async () => {
  receiver.answer(status(500));
  const [id] = await system.emit();
  await system.reaches(id!, 'retrying');
  expect((await system.call('DELETE', `${HOOKS}/${webhook.id}`)).status).toBe(204);
  const delivery = await system.reaches(id!, 'cancelled');
  expect(delivery.error_message).toContain('deleted');
  expect(delivery.attempt_history).toHaveLength(1);
  expect((await system.retry(id!)).body).toMatchObject({ status: 409, code: 'webhook_deleted' });
  expect((await system.call('GET', `${HOOKS}/${webhook.id}`)).status).toBe(404);
});

test('the next attempt uses a changed URL', async () => {
  const moved = await startReceiver();
  receiver.answer(status(500));
  const [id] = await system.emit();
  await system.reaches(id!, 'retrying');
  await system.call('PUT', `${HOOKS}/${webhook.id}`, { url: moved.url });
  await system.retry(id!);
  await system.reaches(id!, 'delivered');
  expect(moved.of(id!)).toHaveLength(1);
  await moved.close();
});

test("Temporal gets the webhook's own retry policy", async () => {
  await system.call('PUT', `${HOOKS}/${webhook.id}`, {
    retry_policy: { maximum_attempts: 2, initial_interval: 60, backoff_coefficient: 3 },
  });
  receiver.answer(status(500));
  const [id] = await system.emit();
  const delivery = await system.reaches(id!, 'retrying');
  expect(delivery.max_attempts).toBe(2);
  expect((Date.parse(delivery.next_attempt_at!) - Date.now()) / 60_000).toBeCloseTo(1, 0);
  await system.retry(id!);
  expect((await system.reaches(id!, 'failed')).attempts).toBe(2);
});
