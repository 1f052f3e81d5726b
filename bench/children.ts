import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  process: ChildProcess;
  pid: number;
  /** The first message it sent: a port, or `ready`. */
  greeting: unknown;
}

const GRACE_MS = 5000;

interface Launch {
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** A file descriptor for its output; default: this process's output. */
  log?: number;
  /** Flags for Node itself. */
  flags?: string[];
}

/** Forks a script, given by its path from the project root, and waits for its first message. */
export async function startChild(script: string, options: Launch = {}): Promise<Child> {
  const child = launch(script, options);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${script} ended with ${String(code)}`)));
  ended.catch(() => undefined);
  const [greeting] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
  return { process: child, pid: child.pid ?? 0, greeting };
}

/** Runs a script until it exits. @throws Error if it fails */
export async function runToEnd(script: string, options: Launch): Promise<void> {
  const [code] = (await once(launch(script, options), 'exit')) as unknown[];
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}`);
}

/** Stops a process, after 5 s with SIGKILL. Its remaining work is not needed. */
export async function stopChild(child: Child, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.process.exitCode !== null || child.process.signalCode !== null) return;
  const ended = once(child.process, 'exit');
  child.process.kill(signal);
  const impatience = setTimeout(() => child.process.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(impatience);
}

function launch(script: string, { args = [], env = process.env, log, flags = [] }: Launch): ChildProcess {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const output = log ?? 'inherit';
  return fork(path, args, { env, execArgv: flags, stdio: ['ignore', output, output, 'ipc'] });
}
