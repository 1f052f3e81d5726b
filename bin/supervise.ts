import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './embedded/operator-error.ts';
import { writeRecord } from './embedded/process-record.ts';

const READY_LIMIT_MS = 120_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** A program that ran this long starts again after the first delay. */
const STEADY_MS = 30_000;
const HURRIED_GRACE_MS = 1000;

export interface StopStep {
  signal: NodeJS.Signals;
  graceMs: number;
}

export interface Program {
  name: string;
  logFile: string;
  /** Its process id is kept here while it runs. */
  recordFile: string;
  /** Starts it in a process group of its own, so that a Ctrl-C at the terminal reaches the supervisor only. */
  spawn(): ChildProcess;
  /** Resolves when it can do its job; rejects when the signal says that nobody waits any more. */
  untilReady(child: ChildProcess, signal: AbortSignal): Promise<void>;
  stopSteps: readonly StopStep[];
}

export interface Supervised {
  /** Stops it for good; resolves when it is gone. Signal `hurried` to cut the grace of every step to a second. */
  stop(hurried?: AbortSignal): Promise<void>;
}

export interface Context {
  say(line: string): void;
  /** Aborted when the start is to be given up. */
  signal: AbortSignal;
}

interface Run {
  child: ChildProcess;
  since: number;
  /** How it ended, in words. */
  ended: Promise<string>;
}

/**
 * Starts a program and starts it again whenever it ends by itself, until it is stopped.
 * @throws OperatorError when it ends or is not ready within two minutes at the first start
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
  return { stop };
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
    // The group is gone already.
  }
  child.kill('SIGKILL');
}

function lastWords({ logFile }: Program): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5);
  return `${lines.join('\n  ').slice(-2000)}\n  (the whole log: ${logFile})`;
}
