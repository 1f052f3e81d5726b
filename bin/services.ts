import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DataDir } from './embedded/data-dir.ts';
import { OperatorError } from './embedded/operator-error.ts';
import { stopLeftover } from './embedded/process-record.ts';
import { showProgress } from './progress.ts';
import { SERVICE_FLAGS } from './service-flags.ts';
import type { Context, Program } from './supervise.ts';
import { hashUiSources, isUiBuilt } from './ui-sources.ts';

/** Attempts in flight have 20 s to finish. Then the process exits by itself, within 5 s. */
const STOP_STEPS = [{ signal: 'SIGTERM', graceMs: 40_000 }] as const;

/** Processes left by an earlier start get less time. They are of no use, and their lease ends with them. */
const LEFTOVER_STEPS = [
  { signal: 'SIGTERM', graceMs: 3000 },
  { signal: 'SIGKILL', graceMs: 2000 },
] as const;

/** A migration that takes longer may wait for a lock. */
const SLOW_MS = 5_000;

function pathOf(script: string): string {
  return fileURLToPath(new URL(`../${script}`, import.meta.url));
}

function describeService(
  dataDir: DataDir,
  env: NodeJS.ProcessEnv,
  name: string,
  script: string,
  untilReady: Program['untilReady'],
): Program {
  return {
    name,
    logFile: dataDir.logFile(name),
    recordFile: dataDir.recordFile(name),
    stopSteps: STOP_STEPS,
    spawn: () => {
      const log = dataDir.openLog(name);
      return spawn(process.execPath, [...SERVICE_FLAGS, pathOf(script)], {
        env,
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
      });
    },
    untilReady,
  };
}

/** The API. It is ready when `GET /readyz` succeeds. */
export function describeApi(dataDir: DataDir, env: NodeJS.ProcessEnv, port: number): Program {
  const untilReady = async (_child: ChildProcess, signal: AbortSignal) => {
    while (!(await isReady(`http://127.0.0.1:${port}/readyz`))) await sleep(50, undefined, { signal });
  };
  return describeService(dataDir, env, 'api', 'api/server.ts', untilReady);
}

/** A worker. It is ready when it sends the message `ready`. */
export function describeWorker(dataDir: DataDir, env: NodeJS.ProcessEnv): Program {
  const untilReady = async (child: ChildProcess, signal: AbortSignal) => {
    for (;;) {
      const [message] = (await once(child, 'message', { signal })) as unknown[];
      if (message === 'ready') return;
    }
  };
  // Host names are resolved on libuv's threads. Hanging look-ups must not use up all of them.
  return describeService(dataDir, { UV_THREADPOOL_SIZE: '64', ...env }, 'worker', 'worker.ts', untilReady);
}

/** Stops the API and the worker of an interrupted start. */
export async function clearServices(dataDir: DataDir): Promise<void> {
  await Promise.all(['api', 'worker'].map((name) => stopLeftover(dataDir.recordFile(name), LEFTOVER_STEPS)));
}

/** @throws OperatorError with the output of the migration if it failed */
export async function migrate(dataDir: DataDir, env: NodeJS.ProcessEnv, { say, signal }: Context): Promise<void> {
  const name = 'migrate';
  const hint = setTimeout(
    () => say(`Migrating the database; ${dataDir.logFile(name)} says what it waits for …`),
    SLOW_MS,
  );
  await runOnce(dataDir, name, ['bin/migrate.ts'], env, signal).finally(() => clearTimeout(hint));
}

/**
 * Bundles the workflows, so that workers start faster.
 * @returns the path of the bundle, for POSTHORN_WORKFLOW_BUNDLE
 */
export async function bundleWorkflows(dataDir: DataDir, signal: AbortSignal): Promise<string> {
  const file = join(dataDir.path, 'run', 'workflow-bundle.js');
  await runOnce(dataDir, 'bundle', ['bin/bundle-workflows.ts', file], process.env, signal);
  return file;
}

/** Builds the dashboard to build/ui if its sources have changed. Prints a line, because that takes some seconds. */
export async function buildUi(dataDir: DataDir, { say, signal }: Context): Promise<void> {
  if (isUiBuilt(hashUiSources())) return;
  const progress = showProgress('Building the dashboard', say);
  try {
    await runOnce(dataDir, 'build-ui', ['bin/build-ui.ts'], process.env, signal);
  } finally {
    progress.end();
  }
}

async function runOnce(
  dataDir: DataDir,
  name: string,
  [script = '', ...args]: string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const log = dataDir.openLog(name);
  const from = readFileSync(dataDir.logFile(name)).length;
  const child = spawn(process.execPath, [pathOf(script), ...args], { env, signal, stdio: ['ignore', log, log] });
  const [code, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  signal.throwIfAborted();
  if (code === 0) return;
  const words = readFileSync(dataDir.logFile(name)).subarray(from).toString().trim();
  throw new OperatorError(`${script} failed (${killedBy ?? `exit code ${code}`}): ${words}`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
