import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import {
  arrived,
  makeFailures,
  ONE_ATTEMPT,
  RECOVERIES,
  recoveryReaches,
  RETRY_ALL,
  startRecovery,
} from '../failures.ts';
import { expectDelivered, pause } from '../load.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';

let system: System;
let receiver: Receiver;
let webhookId: string;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  webhookId = (await system.register(receiver.url, ONE_ATTEMPT)).id;
});
afterEach(() => system.sql(`update deliveries set failed_at = null, status = 'delivered' where failed_at is not null`));
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

const act = (id: string, action: string) => system.call('POST', `${RECOVERIES}/${id}/${action}`);
const progress = async (id: string) => (await system.call('GET', `${RECOVERIES}/${id}`)).body;
const handleOf = async (workflowId: string) => (await system.temporal()).workflow.getHandle(workflowId);

test('failed deliveries arrive once each, and no others; row, workflow and receiver agree', async () => {
  const other = await system.register(receiver.url, { ...ONE_ATTEMPT, events: ['contact.updated'] });
  const wanted = await makeFailures(system, receiver, 2_000);
  const left = await makeFailures(system, receiver, 20, 'contact.updated');
  const filter = { webhook_id: webhookId };
  expect((await system.call('POST', RETRY_ALL, { filter, dry_run: true })).body).toEqual({ count: 2_000, exact: true });
  await pause(500);
  expect(arrived(receiver)).toEqual([]);
  const begun = await startRecovery(system, { filter, rate: 10_000 });
  expect(begun).toMatchObject({ matched: 2_000, state: 'running' });
  expect(await recoveryReaches(system, begun.id, 'completed')).toMatchObject({ retried: 2_000, skipped: 0 });
  await expectDelivered(system, receiver, wanted, 30_000);
  expect(arrived(receiver)).toEqual(wanted);
  const handle = await handleOf(begun.workflow_id);
  expect(await handle.result()).toEqual({ state: 'completed', retried: 2_000, skipped: 0 });
  const one = await system.delivery(wanted[7]!);
  expect(one).toMatchObject({ attempts: 2, attempt_history: [{}, { trigger: 'manual', status_code: 200 }] });
  const untouched = await system.delivery(left[0]!);
  expect(untouched).toMatchObject({ status: 'failed', attempts: 1 });
  await system.call('DELETE', `/api/urpa/integrations/webhooks/${other.id}`);
});

test('the rate is kept and can be changed; a paused recovery stands still', async () => {
  const wanted = await makeFailures(system, receiver, 400);
  const { id, workflow_id: workflowId } = await startRecovery(system, { filter: {}, rate: 20 });
  await eventually(async () => (await progress(id)).retried >= 40);
  const [row] = await system.sql(
    `select retried, extract(epoch from updated_at - created_at)::float8 as seconds from recoveries where id = $1`,
    [id],
  );
  expect(row!['retried'] as number).toBeLessThanOrEqual(20 * ((row!['seconds'] as number) + 1));
  expect((await act(id, 'pause')).body).toMatchObject({ state: 'paused' });
  const { retried } = await progress(id);
  const paused = await handleOf(workflowId);
  await eventually(async () => (await paused.query<{ state: string }>('recoveryProgress')).state === 'paused');
  await pause(2_500);
  expect(await progress(id)).toMatchObject({ state: 'paused', retried });
  await system.call('PUT', `${RECOVERIES}/${id}`, { rate: 10_000 });
  await pause(500);
  expect(await progress(id)).toMatchObject({ state: 'paused', retried });
  expect((await act(id, 'resume')).body).toMatchObject({ state: 'running' });
  expect(await recoveryReaches(system, id, 'completed')).toMatchObject({ retried: 400 });
  await expectDelivered(system, receiver, wanted, 20_000);
  expect(arrived(receiver)).toEqual(wanted);
});

test('cancelling ends it: due deliveries are sent, the rest stays unchanged', async () => {
  const wanted = await makeFailures(system, receiver, 100);
  const { id, workflow_id: workflowId } = await startRecovery(system, { filter: {}, rate: 10 });
  await eventually(async () => (await progress(id)).retried >= 10);
  const cancelled = (await act(id, 'cancel')).body;
  expect(cancelled).toMatchObject({ state: 'cancelled' });
  expect(await (await handleOf(workflowId)).result()).toMatchObject({ state: 'cancelled' });
  const { retried } = await progress(id);
  expect(retried).toBeLessThan(100);
  await expectDelivered(system, receiver, wanted.slice(0, retried), 20_000);
  await pause(1_500);
  expect(arrived(receiver)).toEqual(wanted.slice(0, retried));
});

test('cancelling its workflow in Temporal cancels it; terminating the workflow does not', async () => {
  const wanted = await makeFailures(system, receiver, 60);
  const terminated = await startRecovery(system, { filter: { ids: wanted.slice(0, 30) }, rate: 10 });
  await eventually(async () => (await progress(terminated.id)).retried >= 10);
  await (await handleOf(terminated.workflow_id)).terminate('by mistake');
  // The running activity continues for three seconds. 15 s after its last progress, the workflow is started again.
  expect(await recoveryReaches(system, terminated.id, 'completed', 40_000)).toMatchObject({ retried: 30 });
  const cancelled = await startRecovery(system, { filter: { ids: wanted.slice(30) }, rate: 1 });
  await eventually(async () => (await progress(cancelled.id)).retried >= 1);
  const handle = await handleOf(cancelled.workflow_id);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(await progress(cancelled.id)).toMatchObject({ state: 'cancelled', finished_at: expect.any(String) });
  await expectDelivered(system, receiver, wanted.slice(0, 30), 20_000);
});

test('kill -9 of the worker during a recovery: its successor continues, and each delivery arrives once', async () => {
  const wanted = await makeFailures(system, receiver, 600);
  const { id } = await startRecovery(system, { filter: {}, rate: 100 });
  await eventually(async () => (await progress(id)).retried >= 200);
  await crash(system.workers[0]!);
  const unknown = (await system.sql('select delivery_id from outbox where claimed_by is not null')).length;
  const { retried, state } = await progress(id);
  expect([state, retried < 600]).toEqual(['running', true]);
  await system.startWorker();
  expect(await recoveryReaches(system, id, 'completed', 40_000)).toMatchObject({ retried: 600, skipped: 0 });
  await expectDelivered(system, receiver, wanted, 20_000);
  expect(new Set(arrived(receiver))).toEqual(new Set(wanted));
  expect(receiver.arrivals.length - wanted.length).toBeLessThanOrEqual(unknown);
});
