import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process id with the start time of the process, so that a reused id is not mistaken for it. */
export interface ProcessRecord {
  pid: number;
  birth: string;
}

/** The start time in a form that differs after a reboot; undefined if there is no such process. */
function birthOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
    }
    if (process.platform === 'win32') {
      process.kill(pid, 0);
      return 'alive';
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Undefined if there is no such process. */
export function identify(pid: number): ProcessRecord | undefined {
  const birth = birthOf(pid);
  return birth === undefined ? undefined : { pid, birth };
}

export function isAlive(record: ProcessRecord): boolean {
  return birthOf(record.pid) === record.birth;
}

/** The command line of a process; empty if there is none. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/** Undefined if the file does not exist or contains no record. */
export function readRecord(file: string): ProcessRecord | undefined {
  try {
    const [pid, birth] = readFileSync(file, 'utf8').trim().split(' ', 2);
    return Number(pid) > 0 && birth ? { pid: Number(pid), birth: decodeURIComponent(birth) } : undefined;
  } catch {
    return undefined;
  }
}

export function formatRecord(record: ProcessRecord): string {
  return `${record.pid} ${encodeURIComponent(record.birth)}\n`;
}

/** Writes a record of the process for `stopLeftover`, in case this start is interrupted. */
export function writeRecord(file: string, pid: number): void {
  const record = identify(pid);
  if (record) writeFileSync(file, formatRecord(record), { mode: 0o600 });
}

/**
 * Stops the recorded process if it still runs, with one signal after another, and removes the file.
 * @returns whether it was running
 */
export async function stopLeftover(
  file: string,
  steps: readonly { signal: NodeJS.Signals; graceMs: number }[],
): Promise<boolean> {
  const record = readRecord(file);
  const found = record !== undefined && isAlive(record);
  for (const { signal, graceMs } of steps) {
    if (!record || !isAlive(record)) break;
    process.kill(record.pid, signal);
    for (const until = Date.now() + graceMs; isAlive(record) && Date.now() < until;) await sleep(25);
  }
  rmSync(file, { force: true });
  return found;
}

/** Kills the recorded process if it still runs. */
export function killRecorded(file: string): void {
  const record = readRecord(file);
  if (record && isAlive(record)) process.kill(record.pid, 'SIGKILL');
}
