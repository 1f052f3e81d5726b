import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { Client, Connection, WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkVersions } from '../../bin/doctor/check-versions.ts';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { findTemporalCli } from '../../bin/embedded/temporal-cli.ts';
import { eventually } from '../eventually.ts';
import { makeFailures, ONE_ATTEMPT, recoveryReaches, startRecovery } from '../failures.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';

// The workers of one system go from no version to 1, 2 and 3, back to none, and to 4, by the commands of docs/upgrades.md.

/** Attempts two seconds apart, with a unit of 600 ms. */
const EVERY_TWO_SECONDS = { initial_interval: 200, backoff_coefficient: 1, maximum_attempts: 12 };

/** Temporal's number for an activity that waits for its next run. */
const SCHEDULED = 1;
/** Its number for workflows that follow the current version. */
const AUTO_UPGRADE = 2;

let system: System;
let receiver: Receiver;
let recovered: Receiver;
let temporal: Client;
let cli: string;
let deploymentName: string;
/** Of the first worker's metrics and probes. */
let port: number;
/** Deliveries by their successful arrivals. */
const successes: string[] = [];
let isDown = true;

beforeAll(async () => {
  const context = { say: () => undefined, signal: new AbortController().signal };
  [system, receiver, recovered, cli] = await Promise.all([
    System.start({ workers: 0, retryUnit: '600ms' }),
    startReceiver(),
    startReceiver(),
    findTemporalCli(process.env, context),
  ]);
  port = await findFreePort();
  deploymentName = `posthorn-${system.taskQueue}`;
  temporal = await system.temporal();
  receiver.answer((arrival, response, count) => {
    if (!isDown) successes.push(String(arrival.headers['webhook-id']));
    status(isDown ? 503 : 200)(arrival, response, count);
  });
  await system.register(receiver.url, { retry_policy: EVERY_TWO_SECONDS });
});
afterAll(async () => {
  await system.stop();
  await Promise.all([receiver.close(), recovered.close()]);
});

const versionEnv = (buildId: string) => ({
  TEMPORAL_DEPLOYMENT_NAME: deploymentName,
  TEMPORAL_WORKER_BUILD_ID: buildId,
});

/** Runs a command of Temporal as docs/upgrades.md has it. */
async function runTemporal(...args: string[]): Promise<string> {
  const env = { ...process.env, TEMPORAL_ADDRESS: system.temporalAddress };
  return (await promisify(execFile)(cli, [...args, '--disable-config-file'], { env })).stdout;
}

const setCurrent = async (...target: string[]) =>
  await eventually(() =>
    runTemporal(
      ...['worker', 'deployment', 'set-current-version', '--yes'],
      ...['--deployment-name', deploymentName],
      ...target,
    ).then(() => true),
  );

/** Lets the current workers run the workflows that are pinned to a version. */
async function move(buildId: string): Promise<void> {
  const query = `TemporalWorkerDeploymentVersion = '${deploymentName}:${buildId}' and ExecutionStatus = 'Running'`;
  const override = ['--versioning-override-behavior', 'auto_upgrade', '--reason', 'test', '--yes'];
  await runTemporal('workflow', 'update-options', '--query', query, ...override);
}

/** Emits an event whose first attempt fails. Returns the delivery and its workflow. */
async function emitFailing(): Promise<{ id: string; workflow: WorkflowHandle }> {
  isDown = true;
  const [id = ''] = await system.emit();
  const workflowId = await eventually(async () => (await system.delivery(id)).workflow_id);
  const workflow = temporal.workflow.getHandle(workflowId);
  await eventually(() => workflow.describe());
  return { id, workflow };
}

async function stop(worker: Awaited<ReturnType<System['startWorker']>>): Promise<void> {
  const exited = once(worker, 'exit');
  worker.kill('SIGTERM');
  await exited;
}

/** The version that a workflow is pinned to; undefined: none. */
async function versionOf(workflow: WorkflowHandle): Promise<string | undefined> {
  const { raw } = await workflow.describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

const untilPinned = async (workflow: WorkflowHandle, buildId: string) =>
  await eventually(async () => (await versionOf(workflow)) === buildId);

/** Waits until a run of its activity has just ended, so that none is interrupted by what follows. Temporal notices that after two minutes. */
async function untilBetweenRuns(workflow: WorkflowHandle): Promise<void> {
  const run = async () => (await workflow.describe()).raw.pendingActivities?.[0];
  const before = Number((await run())?.attempt ?? 0);
  await eventually(async () => {
    const activity = await run();
    return Number(activity?.attempt ?? 0) > before && Number(activity?.state) === SCHEDULED;
  });
}

const untilCompleted = async (workflow: WorkflowHandle) =>
  await eventually(async () => (await workflow.describe()).status.name === 'COMPLETED', 30_000);

async function expectDeliveredOnce(...ids: string[]): Promise<void> {
  isDown = false;
  for (const id of ids) await system.reaches(id, 'delivered', 30_000);
  expect(successes.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
}

async function readWorker() {
  const base = `http://127.0.0.1:${port}`;
  const { warning } = (await (await fetch(`${base}/readyz`)).json()) as { warning?: string };
  return { warning, metrics: await (await fetch(`${base}/metrics`)).text() };
}

const health = async () => (await system.call('GET', '/api/dashboard/health')).body.temporal;

test('while no version is current, dispatchers make the retries, and the health and the worker say what to do', async () => {
  await system.startWorker({ ...versionEnv('1'), METRICS_PORT: String(port) });
  const { id, workflow } = await emitFailing();
  await eventually(async () => (await system.delivery(id)).attempts >= 2, 30_000);
  const remedy = `set-current-version --deployment-name ${deploymentName} --build-id 1`;
  expect(await health()).toMatchObject({ ok: false, detail: expect.stringContaining(remedy) });
  expect(await eventually(async () => (await readWorker()).warning)).toMatch(remedy);
  expect((await readWorker()).metrics).toMatch(/^posthorn_workflows_unattended 1$/m);

  await setCurrent('--build-id', '1');
  await eventually(async () => (await health()).ok === true);
  await untilPinned(workflow, '1');
  await expectDeliveredOnce(id);
  await untilCompleted(workflow);
});

test('a delivery stays with the version that began it, and new ones go to the current version', async () => {
  const before = await emitFailing();
  await untilPinned(before.workflow, '1');
  await system.startWorker(versionEnv('2'));
  await setCurrent('--build-id', '2');
  const after = await emitFailing();
  await untilPinned(after.workflow, '2');
  const attempted = (await system.delivery(before.id)).attempts;
  await eventually(async () => (await system.delivery(before.id)).attempts > attempted);
  const { raw } = await before.workflow.describe();
  expect(raw.pendingActivities?.[0]?.lastDeploymentVersion?.buildId).toBe('1');
  const described = await runTemporal('worker', 'deployment', 'describe', '--name', deploymentName);
  expect(described).toMatch(/Draining/i);
  await eventually(async () => (await readWorker()).warning === undefined);
  expect((await readWorker()).metrics).toMatch(/^posthorn_workflows_unattended 0$/m);

  await expectDeliveredOnce(before.id, after.id);
  for (const { workflow } of [before, after]) await untilCompleted(workflow);
  expect(await versionOf(before.workflow)).toBe('1');
  await stop(system.workers[0]!);
});

test('workflows of a version whose workers were killed wait and can be moved; their deliveries and recoveries go on', async () => {
  const oneAttempt = await system.register(recovered.url, { ...ONE_ATTEMPT, events: ['contact.updated'] });
  await makeFailures(system, recovered, 20, 'contact.updated');
  const recovery = await startRecovery(system, { filter: { webhook_id: oneAttempt.id }, rate: 5 });
  await recoveryReaches(system, recovery.id, 'running');
  const { id, workflow } = await emitFailing();
  await untilPinned(workflow, '2');
  await system.startWorker(versionEnv('3'));
  await setCurrent('--build-id', '3');
  await untilBetweenRuns(workflow);
  await crash(system.workers[1]!);
  await expectDeliveredOnce(id);
  expect((await workflow.describe()).status.name).toBe('RUNNING');

  await recoveryReaches(system, recovery.id, 'completed', 40_000);
  const { raw } = await temporal.workflow.getHandle(recovery.workflow_id).describe();
  expect(raw.workflowExecutionInfo?.versioningInfo?.behavior).toBe(AUTO_UPGRADE);
  expect(await checkVersions(temporal.connection as Connection, 'default', system.taskQueue)).toMatchObject([
    { name: 'worker versions', level: 'ok', detail: expect.stringMatching(/3 is current/) },
    { name: 'older workflows', detail: expect.stringMatching(/^1 of version 2 of posthorn/) },
  ]);
  await move('2');
  await untilCompleted(workflow);
  expect(await versionOf(workflow)).toBe('3');
  expect(successes.filter((one) => one === id)).toHaveLength(1);
});

test('without versions again: new workflows go to workers without one, and those of the last version can be moved', async () => {
  const before = await emitFailing();
  await untilPinned(before.workflow, '3');
  await system.startWorker();
  await setCurrent('--unversioned');
  await stop(system.workers[2]!);
  const after = await emitFailing();
  await eventually(async () => (await after.workflow.describe()).raw.pendingActivities?.length);
  await move('3');
  await expectDeliveredOnce(before.id, after.id);
  for (const { workflow } of [before, after]) await untilCompleted(workflow);
  expect(await versionOf(after.workflow)).toBeUndefined();
});

test('workflows that workers without a version began go on with the version that becomes current', async () => {
  const { id, workflow } = await emitFailing();
  await eventually(async () => (await workflow.describe()).raw.pendingActivities?.length);
  await system.startWorker(versionEnv('4'));
  await setCurrent('--build-id', '4');
  await stop(system.workers[3]!);
  await untilPinned(workflow, '4');
  await expectDeliveredOnce(id);
  await untilCompleted(workflow);
});
