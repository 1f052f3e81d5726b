import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { countStatus, makeFailures, ONE_ATTEMPT, RECOVERIES, recoveryReaches, startRecovery } from '../failures.ts';
import { expectDelivered } from '../load.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { bundleOlderWorkflows } from '../workflow-copy.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-upgrade-'));
/** The workflows of the workers: first the older ones, then the current ones. */
const bundle = join(folder, 'workflow-bundle.js');

let system: System;
let receiver: Receiver;

beforeAll(async () => {
  await bundleOlderWorkflows(bundle);
  const env = { POSTHORN_WORKFLOW_BUNDLE: bundle };
  [system, receiver] = await Promise.all([System.start({ env, retryUnit: '6s' }), startReceiver()]);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

async function upgrade(): Promise<void> {
  const [older] = system.workers;
  const exited = once(older!, 'exit');
  older!.kill('SIGTERM');
  await exited;
  copyFileSync(inject('workflowBundle'), bundle);
  await system.startWorker();
}

/** The distinct workflows of these deliveries. */
async function workflowsOf(ids: string[]): Promise<string[]> {
  const rows = await system.sql('select distinct workflow_id from deliveries where id = any($1)', [ids]);
  return rows.map((row) => String(row['workflow_id']));
}

test('workflows that an older version started in backoff, and a recovery that it paused, continue with this version', async () => {
  const oneAttempt = await system.register(receiver.url, { ...ONE_ATTEMPT, events: ['contact.updated'] });
  const recovered = await makeFailures(system, receiver, 30, 'contact.updated');
  const recovery = await startRecovery(system, { filter: { webhook_id: oneAttempt.id }, rate: 10 });
  await eventually(async () => (await recoveryReaches(system, recovery.id, 'running')).retried > 0);
  await system.call('POST', `${RECOVERIES}/${recovery.id}/pause`);

  await system.register(receiver.url);
  receiver.answer(status(500));
  const singles = (await Promise.all(Array.from({ length: 5 }, () => system.emit()))).flat();
  const events = Array.from({ length: 60 }, () => ({ event: 'activity.created', data: { id: '1' } }));
  const { body } = await system.call('POST', '/api/urpa/events/batch', { events });
  const grouped: string[] = body.results.map((result: { deliveries: { id: string }[] }) => result.deliveries[0]!.id);
  const waiting = [...singles, ...grouped];
  await eventually(async () => (await countStatus(system, 'retrying', waiting)) === waiting.length);
  const workflowIds = await workflowsOf(waiting);
  const client = await system.temporal();
  for (const id of workflowIds) {
    // In backoff once its first run has ended.
    await eventually(async () => {
      const { raw } = await client.workflow.getHandle(id).describe();
      return raw.pendingActivities?.some(({ attempt }) => Number(attempt) > 1);
    });
  }

  await upgrade();
  expect(await countStatus(system, 'retrying', waiting)).toBe(waiting.length);
  receiver.answer(status(200));
  await system.call('POST', `${RECOVERIES}/${recovery.id}/resume`);
  await recoveryReaches(system, recovery.id, 'completed', 40_000);
  await expectDelivered(system, receiver, [...waiting, ...recovered], 40_000);
  expect(await workflowsOf(waiting)).toEqual(workflowIds);
  for (const id of [...workflowIds, recovery.workflow_id]) {
    const handle = client.workflow.getHandle(id);
    await eventually(async () => (await handle.describe()).status.name === 'COMPLETED');
    const { events: history } = await handle.fetchHistory();
    expect(history!.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  }
});
