import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './embedded/operator-error.ts';
import { writeRecord } from './embedded/process-record.ts';

const READY_LIMIT_MS = 120_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** After running this long, a program is restarted with the first delay. */
const STEADY_MS = 30_000;
const HURRIED_GRACE_MS = 1000;

export interface StopStep {
  signal: NodeJS.Signals;
  graceMs: number;
}

export interface Program {
  name: string;
  logFile: string;
  /** The file that contains its process id while it runs. */
  recordFile: string;
  /** Starts it in its own process group, so that a Ctrl-C at the terminal only reaches the supervisor. */
  spawn(): ChildProcess;
  /** Resolves when the program is ready. Rejects when the signal is aborted. */
  untilReady(child: ChildProcess, signal: AbortSignal): Promise<void>;
  stopSteps: readonly StopStep[];
}

export interface Supervised {
  /** Stops the program without a restart. Resolves when it has exited. Aborting `hurried` shortens each grace period to a second. */
  stop(hurried?: AbortSignal): Promise<void>;
  /** Passes a signal on to the running process. */
  signal(name: NodeJS.Signals): void;
}

export interface Context {
  say(line: string): void;
  /** Aborted if the start is cancelled. */
  signal: AbortSignal;
}

interface Run {
  child: ChildProcess;
  since: number;
  /** Describes how it ended. */
  ended: Promise<string>;
}

/**
 * Starts a program and restarts it whenever it exits, until it is stopped.
 * @throws OperatorError if the first start exits or is not ready within two minutes
 */
export async function supervise(program: Program, { say, signal }: Context): Promise<Supervised> {
  const stopping = new AbortController();
  let run = launch(program);
  const stop = async (hurried?: AbortSignal) => {
    stopping.abort();
    await endRun(program, run, hurried);
    rmSync(program.recordFile, { force: true });
  };
  try {
    await becomeReady(program, run, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const keepAlive = async () => {
    let delay = FIRST_DELAY_MS / 2;
    for (;;) {
      const how = await run.ended;
      if (stopping.signal.aborted) return;
      delay = Date.now() - run.since > STEADY_MS ? FIRST_DELAY_MS : Math.min(delay * 2, LONGEST_DELAY_MS);
      say(`${program.name} ended (${how}); starting it again in ${delay / 1000} s. Its log: ${program.logFile}`);
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      run = launch(program);
      await becomeReady(program, run, stopping.signal).then(
        () => say(`${program.name} is running again.`),
        () => (stopping.signal.aborted ? undefined : endRun(program, run)),
      );
    }
  };
  void keepAlive();
  return { stop, signal: (name) => void run.child.kill(name) };
}

function launch(program: Program): Run {
  const child = program.spawn();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  if (child.pid) writeRecord(program.recordFile, child.pid);
  return { child, since: Date.now(), ended };
}

async function becomeReady(program: Program, run: Run, signal: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const nobodyWaits = AbortSignal.any([signal, settled.signal]);
  try {
    const trouble = await Promise.race([
      program.untilReady(run.child, nobodyWaits).then(() => undefined),
      run.ended.then((how) => `ended (${how}) before it was ready`),
      sleep(READY_LIMIT_MS, `was not ready after ${READY_LIMIT_MS / 1000} s`, { signal: nobodyWaits }),
    ]);
    if (trouble) throw new OperatorError(`${program.name} ${trouble}: ${lastWords(program)}`);
  } finally {
    settled.abort();
  }
}

async function endRun(program: Program, run: Run, hurried?: AbortSignal): Promise<void> {
  let over = false;
  const ended = run.ended.then(() => (over = true));
  for (const { signal, graceMs } of program.stopSteps) {
    run.child.kill(signal);
    const grace = new AbortController();
    const hurry = sleepUntil(hurried).then(() => sleep(HURRIED_GRACE_MS));
    await Promise.race([ended, hurry, sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    if (over) return;
  }
  killGroup(run.child);
  await ended;
}

function sleepUntil(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The process group has already exited.
  }
  child.kill('SIGKILL');
}

function lastWords({ logFile }: Program): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5);
  return `${lines.join('\n  ').slice(-2000)}\n  (the whole log: ${logFile})`;
}
