import { cpus } from 'node:os';
import { styleText } from 'node:util';
import type { CpuTimes } from './cpu.ts';
import type { Latency, Throughput } from './measure.ts';
import { spreadOf } from './statistics.ts';

export interface Pair<T> {
  posthorn: T;
  relay: T;
}

/** Results by the name of what was measured, one pair for each run. */
export interface Results {
  throughput: Map<string, Pair<Throughput>[]>;
  latency: Pair<Latency>[];
  /** Milliseconds of CPU in a second without events. */
  idle: CpuTimes;
}

type Row = (string | number[])[];

export function printResults({ throughput, latency, idle }: Results): void {
  const { model = 'unknown CPU' } = cpus()[0] ?? {};
  console.log(`\n${cpus().length} × ${model}, Node ${process.version}. min / median / max of the runs.`);

  printTable(
    ['Delivered a second', 'posthorn', 'relay', 'ratio'],
    [...throughput].map(([name, pairs]) => [
      name,
      pairs.map(({ posthorn }) => posthorn.perSecond),
      pairs.map(({ relay }) => relay.perSecond),
      pairs.map(({ posthorn, relay }) => posthorn.perSecond / relay.perSecond),
    ]),
  );
  printTable(
    ['POST to arrival, ms', 'posthorn', 'relay', 'ratio'],
    (['p50', 'p95', 'p99'] as const).map((name) => [
      name,
      latency.map(({ posthorn }) => posthorn[name]),
      latency.map(({ relay }) => relay[name]),
      latency.map(({ posthorn, relay }) => posthorn[name] / relay[name]),
    ]),
  );
  printCpu(throughput, latency, idle);
}

function printCpu(throughput: Results['throughput'], latency: Pair<Latency>[], idle: CpuTimes): void {
  const names = Object.keys(idle);
  if (names.length === 0) {
    console.log('\nCPU times are read from /proc, which this system does not have.');
    return;
  }
  const rowOf = (name: string, pairs: Pair<{ cpu: CpuTimes }>[]): Row => {
    const times = pairs.map(({ posthorn }) => posthorn.cpu);
    const relay = pairs.map((pair) => pair.relay.cpu['relay'] ?? NaN);
    const sums = times.map(sumOf);
    const ratios = sums.map((sum, index) => sum / (relay[index] ?? NaN));
    return [name, ...names.map((process) => times.map((time) => time[process] ?? NaN)), sums, relay, ratios];
  };
  printTable(
    ['CPU ms per delivery', ...names, 'in sum', 'relay', 'ratio'],
    [...[...throughput].map(([name, pairs]) => rowOf(name, pairs)), rowOf('steady load', latency)],
  );
  const parts = names.map((name) => `${name} ${format(idle[name] ?? NaN)}`);
  console.log(`\nWithout events, CPU ms in a second: ${parts.join(', ')}, in sum ${format(sumOf(idle))}.`);
}

function sumOf(times: CpuTimes): number {
  return Object.values(times).reduce((total, ms) => total + ms, 0);
}

function printTable(head: string[], rows: Row[]): void {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : formatSpread(cell))));
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ');
  console.log(`\n${styleText('bold', line(head))}`);
  for (const row of cells) console.log(line(row));
}

function formatSpread(values: number[]): string {
  const { min, median, max } = spreadOf(values);
  return values.length === 1 ? format(median) : [min, median, max].map(format).join(' / ');
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
