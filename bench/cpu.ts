import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of CPU by name. */
export type CpuTimes = Record<string, number>;

interface ProcessStat {
  parent: number;
  /** Own user and system time, and that of its children which have ended. */
  ticks: number;
}

/** Whether this system tells the CPU time of processes in `/proc`. */
const canReadCpu = process.platform === 'linux';

const tickMs = canReadCpu ? 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : NaN;

/** CPU time used so far by each process together with all its descendants; empty where it cannot be read. */
export function readCpu(roots: Record<string, number>): CpuTimes {
  if (!canReadCpu) return {};
  const stats = readAll();
  const children = Map.groupBy(stats.keys(), (pid) => stats.get(pid)?.parent ?? 0);
  const sum = (pid: number): number =>
    (stats.get(pid)?.ticks ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return Object.fromEntries(Object.entries(roots).map(([name, pid]) => [name, sum(pid) * tickMs]));
}

export function subtractCpu(after: CpuTimes, before: CpuTimes): CpuTimes {
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
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
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name, in brackets, may contain anything; proc_pid_stat(5) numbers the fields, the state is the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { parent: field(4), ticks: field(14) + field(15) + field(16) + field(17) };
}
