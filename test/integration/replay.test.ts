import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { afterAll, expect, inject, test } from 'vitest';
import * as workflows from '../../workflows/index.ts';
import { readHistories } from '../recorder/files.ts';
import { bundleChangedWorkflows } from '../workflow-copy.ts';

const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { console: {}, filter } } });

const folder = mkdtempSync(join(tmpdir(), 'posthorn-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const saved = readHistories();
const typeOf = ({ history }: (typeof saved)[number]) =>
  history.events![0]!.workflowExecutionStartedEventAttributes!.workflowType!.name!;

/** Replays each saved history with these workflows. Returns the name of the error, or null. */
async function replay(codePath: string): Promise<Record<string, string | null>> {
  const histories = saved.map(({ name, history }) => ({ workflowId: name, history }));
  const outcomes: Record<string, string | null> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories)) {
    outcomes[workflowId] = error ? error.name : null;
  }
  return outcomes;
}

test('there is a history of every workflow and of every path through it', () => {
  expect(new Set(saved.map(typeOf))).toEqual(new Set(Object.keys(workflows)));
  const happened = new Set(saved.flatMap(({ history }) => history.events!.flatMap((event) => Object.keys(event))));
  for (const attributes of [
    'activityTaskScheduledEventAttributes',
    'activityTaskFailedEventAttributes',
    'activityTaskCancelRequestedEventAttributes',
    'timerStartedEventAttributes',
    'workflowExecutionSignaledEventAttributes',
    'workflowExecutionCancelRequestedEventAttributes',
    'workflowExecutionContinuedAsNewEventAttributes',
    'workflowExecutionCompletedEventAttributes',
    'workflowExecutionFailedEventAttributes',
    'workflowExecutionCanceledEventAttributes',
  ]) {
    expect(happened).toContain(attributes);
  }
});

test('the current workflows replay the saved histories', async () => {
  expect(await replay(inject('workflowBundle'))).toEqual(Object.fromEntries(saved.map(({ name }) => [name, null])));
});

test('workflows that were changed without a patch do not', async () => {
  const bundle = join(folder, 'changed.js');
  await bundleChangedWorkflows(bundle);
  const expected = saved.map(({ name }) => [name, 'DeterminismViolationError']);
  expect(await replay(bundle)).toEqual(Object.fromEntries(expected));
});
