import { eventually } from '../eventually.ts';
import { makeFailures, ONE_ATTEMPT, RECOVERIES, recoveryReaches, startRecovery } from '../failures.ts';
import type { Receiver } from '../receiver.ts';
import type { System } from '../system.ts';
import { saveHistory } from './files.ts';

/** Records every path of the recovery workflow. */
export async function recordRecoveries(system: System, receiver: Receiver): Promise<void> {
  await system.register(receiver.url, ONE_ATTEMPT);
  const ids = await makeFailures(system, receiver, 100);
  const [long, paused, cancelled, stopped] = [ids.slice(0, 60), ids.slice(60, 80), ids.slice(80, 90), ids.slice(90)];
  const act = (id: string, action: string) => system.call('POST', `${RECOVERIES}/${id}/${action}`);
  const start = (some: string[], rate: number) => startRecovery(system, { filter: { ids: some }, rate });
  const underWay = (id: string) => eventually(async () => (await recoveryReaches(system, id, 'running')).retried > 0);

  const first = await start(paused, 5);
  await act(first.id, 'pause');
  await queryUntil(system, first.workflow_id, 'paused');
  await system.call('PUT', `${RECOVERIES}/${first.id}`, { rate: 4 });
  await act(first.id, 'resume');
  await recoveryReaches(system, first.id, 'completed');
  await saveRun(system, 'recover-paused', first.workflow_id);

  const second = await start(cancelled, 1);
  await underWay(second.id);
  await act(second.id, 'cancel');
  await saveRun(system, 'recover-cancelled', second.workflow_id);

  const third = await start(stopped, 1);
  await underWay(third.id);
  await (await system.temporal()).workflow.getHandle(third.workflow_id).cancel();
  await recoveryReaches(system, third.id, 'cancelled');
  await saveRun(system, 'recover-cancelled-in-temporal', third.workflow_id);

  const fourth = await start(long, 2);
  await underWay(fourth.id);
  const begun = (await (await system.temporal()).workflow.getHandle(fourth.workflow_id).describe()).runId;
  await recoveryReaches(system, fourth.id, 'completed', 60_000);
  await saveHistory(system, 'recover-continued-as-new', fourth.workflow_id, begun);
  await saveRun(system, 'recover-continued', fourth.workflow_id);
}

async function queryUntil(system: System, workflowId: string, state: string): Promise<void> {
  const handle = (await system.temporal()).workflow.getHandle(workflowId);
  await eventually(async () => (await handle.query<{ state: string }>('recoveryProgress')).state === state);
}

async function saveRun(system: System, name: string, workflowId: string): Promise<void> {
  const handle = (await system.temporal()).workflow.getHandle(workflowId);
  await eventually(async () => (await handle.describe()).status.name !== 'RUNNING', 30_000);
  await saveHistory(system, name, workflowId);
}
