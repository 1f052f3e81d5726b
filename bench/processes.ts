import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A number for each process by name: milliseconds of CPU, or MiB of memory. */
export type ByProcess = Record<string, number>;

interface ProcessStat {
  parent: number;
  /** Its user and system time, including children that have ended. */
  ticks: number;
}

/** Whether this system has `/proc`. */
const canRead = process.platform === 'linux';

const tickMs = canRead ? 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : NaN;

/** The CPU time in ms of each process and its descendants so far; empty if it cannot be read. */
export function readCpu(roots: ByProcess): ByProcess {
  return sumTrees(roots, (_pid, { ticks }) => ticks * tickMs);
}

/** The memory in MiB of each process and its descendants, counting shared memory once; empty if it cannot be read. */
export function readMemory(roots: ByProcess): ByProcess {
  return sumTrees(roots, (pid) => readShare(pid) / 1024);
}

export function subtract(after: ByProcess, before: ByProcess): ByProcess {
  return Object.fromEntries(Object.entries(after).map(([name, amount]) => [name, amount - (before[name] ?? 0)]));
}

export function divide(amounts: ByProcess, by: number): ByProcess {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount / by]));
}

/** NaN if there are no processes, because nothing could be read. */
export function sumOf(amounts: ByProcess): number {
  const all = Object.values(amounts);
  return all.length === 0 ? NaN : all.reduce((total, amount) => total + amount, 0);
}

function sumTrees(roots: ByProcess, read: (pid: number, stat: ProcessStat) => number): ByProcess {
  if (!canRead) return {};
  const stats = readAll();
  const children = Map.groupBy(stats.keys(), (pid) => stats.get(pid)?.parent ?? 0);
  const sum = (pid: number): number => {
    const stat = stats.get(pid);
    return (stat ? read(pid, stat) : 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  };
  return Object.fromEntries(Object.entries(roots).map(([name, pid]) => [name, sum(pid)]));
}

function readAll(): Map<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat) stats.set(Number(name), stat);
  }
  return stats;
}

function readStat(pid: string): ProcessStat | undefined {
  const text = readProc(pid, 'stat');
  if (text === '') return undefined;
  // The program name in brackets may contain anything. The state follows it as the third field; see proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { parent: field(4), ticks: field(14) + field(15) + field(16) + field(17) };
}

/** In KiB: the proportional set size, or the resident set size if the former is not available. */
function readShare(pid: number): number {
  const share =
    /^Pss:\s+(\d+)/m.exec(readProc(String(pid), 'smaps_rollup')) ??
    /^VmRSS:\s+(\d+)/m.exec(readProc(String(pid), 'status'));
  return Number(share?.[1] ?? 0);
}

/** Empty if the process has exited or may not be read. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
