import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './children.ts';
import { readCpu, subtractCpu, type CpuTimes } from './cpu.ts';
import { makeEvent } from './events.ts';
import { postAll, postSteadily } from './load.ts';
import { BATCH_SIZE } from './options.ts';
import type { Arrivals, Watch } from './receiver.ts';
import { percentile } from './statistics.ts';
import type { Target } from './target.ts';

export interface Throughput {
  /** Deliveries a second, from the first POST to the last arrival. */
  perSecond: number;
  /** Milliseconds of CPU per delivery. */
  cpu: CpuTimes;
}

export interface Latency {
  /** Milliseconds from the begin of the POST to the arrival of the whole body. */
  p50: number;
  p95: number;
  p99: number;
  cpu: CpuTimes;
}

const ARRIVAL_LIMIT_MS = 60_000;
let numbered = 0;

export interface ThroughputOptions {
  events: number;
  clients: number;
  /** Several events in a request, where the target takes that. */
  batches?: boolean;
}

export async function measureThroughput(
  target: Target,
  receiver: Child,
  options: ThroughputOptions,
): Promise<Throughput> {
  const { events, clients, batches = false } = options;
  const path = batches ? target.batchPath : undefined;
  const run = await measure(target, receiver, events, (bodies) =>
    path ? postAll({ ...target, path }, toBatches(bodies), clients) : postAll(target, bodies, clients),
  );
  const seconds = (Math.max(...run.arrived) - Math.min(...run.begun)) / 1000;
  return { perSecond: events / seconds, cpu: run.cpu };
}

export async function measureLatency(
  target: Target,
  receiver: Child,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Latency> {
  const run = await measure(target, receiver, perSecond * seconds, (bodies) => postSteadily(target, bodies, perSecond));
  const times = run.arrived.map((at, index) => at - (run.begun[index] ?? NaN));
  return { p50: percentile(times, 50), p95: percentile(times, 95), p99: percentile(times, 99), cpu: run.cpu };
}

/** CPU that the processes use in a second without any events. */
export async function measureIdle({ processes }: Target, seconds: number): Promise<CpuTimes> {
  const before = readCpu(processes);
  await sleep(seconds * 1000);
  return divide(subtractCpu(readCpu(processes), before), seconds);
}

async function measure(target: Target, receiver: Child, count: number, post: (bodies: string[]) => Promise<number[]>) {
  const first = numbered;
  numbered += count;
  const bodies = Array.from({ length: count }, (_, index) => makeEvent(first + index));
  await exchange(receiver, { first, count });
  const arrivals = nextMessage<Arrivals>(receiver);
  const before = readCpu(target.processes);
  const begun = await post(bodies);
  const limit = new AbortController();
  const late = sleep(ARRIVAL_LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`not all of ${count} events had arrived ${ARRIVAL_LIMIT_MS / 1000} s after the last POST`);
  });
  late.catch(() => undefined);
  const { times: arrived } = await Promise.race([arrivals, late]);
  limit.abort();
  await target.settle();
  return { begun, arrived, cpu: divide(subtractCpu(readCpu(target.processes), before), count) };
}

function toBatches(events: string[]): string[] {
  const count = Math.ceil(events.length / BATCH_SIZE);
  const slice = (index: number) => events.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE);
  return Array.from({ length: count }, (_, index) => `{"events":[${slice(index).join(',')}]}`);
}

async function exchange(receiver: Child, watch: Watch): Promise<void> {
  const answer = nextMessage<'watching'>(receiver);
  receiver.process.send(watch);
  await answer;
}

function nextMessage<T>({ process: child }: Child): Promise<T> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
}

function divide(times: CpuTimes, by: number): CpuTimes {
  return Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, ms / by]));
}
