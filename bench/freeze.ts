import { readFileSync } from 'node:fs';

/** Stops a process and its children during `work`. For PostgreSQL, these include all backends. */
export async function whileFrozen<T>(pid: number, work: () => Promise<T>): Promise<T> {
  const pids = [pid, ...childrenOf(pid)];
  signalAll(pids, 'SIGSTOP');
  try {
    return await work();
  } finally {
    signalAll(pids, 'SIGCONT');
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // A backend may end by itself once its client is gone.
    }
  }
}
