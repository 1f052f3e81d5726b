import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Parts } from '../crash/parts.ts';
import { eventually } from '../eventually.ts';
import { expectDelivered } from '../load.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';

let folder: string;
let parts: Parts;
let system: System;
let receiver: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-test-temporal-away-'));
  parts = await Parts.start(folder);
  [system, receiver] = await Promise.all([System.start({ stack: parts, retryUnit: '500ms' }), startReceiver()]);
  await system.register(receiver.url);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
  await parts.stop();
  await rm(folder, { recursive: true, force: true });
});

async function emitBatch(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => ({ event: 'activity.created', data: { id: '1' } }));
  const answer = await system.call('POST', '/api/urpa/events/batch', { events });
  return answer.body.results.flatMap((result: { deliveries: { id: string }[] }) =>
    result.deliveries.map(({ id }) => id),
  );
}

test('while Temporal hangs, many more than the in-flight limit are delivered, and a failure is retried', async () => {
  parts.freeze('temporal');
  try {
    const ids: string[] = [];
    for (let batch = 0; batch < 8; batch++) ids.push(...(await emitBatch(1_000)));
    expect(ids).toHaveLength(8_000);
    await expectDelivered(system, receiver, ids, 60_000);
    receiver.answer((arrival, response) =>
      status(receiver.of(String(arrival.headers['webhook-id'])).length > 1 ? 200 : 500)(arrival, response, 0),
    );
    const [failing] = await system.emit();
    expect(await system.reaches(failing!, 'delivered', 30_000)).toMatchObject({ attempts: 2 });
  } finally {
    parts.thaw('temporal');
  }
});

test('a worker started while Temporal hangs delivers and takes over the deliveries of a dead worker', async () => {
  let answered = 0;
  receiver.answer((arrival, response) => {
    if (answered++ > 0) status(200)(arrival, response, 0);
  });
  const [left] = await system.emit();
  await eventually(() => answered === 1);
  parts.freeze('temporal');
  try {
    await crash(system.workers[0]!);
    await system.startWorker();
    const [id] = await system.emit();
    await system.reaches(id!, 'delivered', 20_000);
    await system.reaches(left!, 'delivered', 20_000);
  } finally {
    parts.thaw('temporal');
  }
});

test('when Temporal is back, unfinished deliveries get their workflows', async () => {
  receiver.answer(status(500));
  const [id] = await system.emit();
  const failed = await system.reaches(id!, 'retrying', 20_000);
  const client = await system.temporal();
  await eventually(async () => {
    const { workflow_id: workflowId } = await system.delivery(id!);
    return (await client.workflow.getHandle(workflowId ?? '').describe()).status.name === 'RUNNING';
  }, 30_000);
  expect(failed.workflow_id).not.toBeNull();
  receiver.answer(status(200));
  await system.reaches(id!, 'delivered', 60_000);
});

test('a delivery that failed while Temporal hung gets its workflow long before its next attempt, although its worker was killed', async () => {
  receiver.answer(status(500));
  const webhook = await system.register(receiver.url, {
    events: ['contact.created'],
    retry_policy: { initial_interval: 3_600, maximum_attempts: 2 },
  });
  parts.freeze('temporal');
  let id: string;
  try {
    const answer = await system.call('POST', '/api/urpa/events', { event: 'contact.created', data: { id: '1' } });
    const deliveries: { id: string; webhook_id: string }[] = answer.body.deliveries;
    id = deliveries.find((delivery) => delivery.webhook_id === webhook.id)!.id;
    await system.reaches(id, 'retrying', 20_000);
    await crash(system.livingWorkers()[0]!);
  } finally {
    parts.thaw('temporal');
  }
  await system.startWorker();
  const client = await system.temporal();
  const activity = await eventually(async () => {
    const { workflow_id: workflowId } = await system.delivery(id);
    const { raw } = await client.workflow.getHandle(workflowId!).describe();
    return raw.pendingActivities?.find(({ attempt }) => Number(attempt) > 1);
  }, 40_000);
  expect(activity.lastFailure!.message).toMatch(/^attempt 1 of 2 failed with 500, next at 20/);
  expect(await system.delivery(id)).toMatchObject({ status: 'retrying', attempts: 1 });
  await eventually(async () => (await system.sql('select from handovers')).length === 0, 30_000);
});

test('deliveries whose workflows Temporal refuses for good are still sent and retried, and operators are told', async () => {
  const client = await system.temporal();
  const { operatorService } = client.connection as Connection;
  await operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: ['PosthornWebhook'] });
  receiver.answer((arrival, response, count) => {
    status(receiver.of(String(arrival.headers['webhook-id'])).length > 1 ? 200 : 500)(arrival, response, count);
  });
  const [id] = await system.emit();
  expect(await system.reaches(id!, 'delivered', 30_000)).toMatchObject({ attempts: 2 });
  await eventually(async () => {
    const text = await system.client.metrics();
    return Number(/^posthorn_workflows_refused (\d+)$/m.exec(text)?.[1]) > 0;
  });
  const { body } = await system.call('GET', '/api/dashboard/health');
  expect(body.temporal).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/refused \d+ workflows? for good \(.*PosthornWebhook/),
  });
});
