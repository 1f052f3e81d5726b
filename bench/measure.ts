import { setTimeout as sleep } from 'node:timers/promises';
import { makeEvents, takeNumbers, toBatches } from './events.ts';
import { postAll, postSteadily, type Posted } from './load.ts';
import { BATCH_SIZE } from './options.ts';
import { divide, readCpu, subtract, type ByProcess } from './processes.ts';
import type { Receiver } from './receivers.ts';
import { percentile } from './statistics.ts';
import type { Target } from './target.ts';

/** A load and its result, with times in the order of the events. */
export interface Run extends Posted {
  /** Times of first arrivals. */
  arrived: number[];
  /** The number of repeated arrivals. */
  repeated: number;
  /** Milliseconds of CPU per event. */
  cpu: ByProcess;
}

export const ARRIVAL_LIMIT_MS = 120_000;

/** Posts single events with this many clients and waits until all have arrived and all processing has ended. */
export function measureLoad(target: Target, receiver: Receiver, events: number, clients: number): Promise<Run> {
  return measure(target, receiver, events, (bodies) => postAll(target, bodies, clients));
}

/** Like `measureLoad`, with the events and the clients shared equally among several origins. */
export function measureSpread(
  target: Target,
  origins: string[],
  receiver: Receiver,
  events: number,
  clients: number,
): Promise<Run> {
  const share = (bodies: string[], part: number) => bodies.filter((_, index) => index % origins.length === part);
  return measure(target, receiver, events, async (bodies) => {
    const parts = await Promise.all(
      origins.map((origin, part) => postAll({ ...target, origin }, share(bodies, part), clients / origins.length)),
    );
    const merge = (pick: (posted: Posted) => number[]) =>
      bodies.map((_, index) => pick(parts[index % origins.length]!)[Math.floor(index / origins.length)] ?? NaN);
    return { begun: merge(({ begun }) => begun), answered: merge(({ answered }) => answered) };
  });
}

/** Posts 100 events per request, or single events if the target has no batches. */
export function measureBatches(target: Target, receiver: Receiver, events: number, clients: number): Promise<Run> {
  const { batchPath: path } = target;
  return measure(target, receiver, events, async (bodies) => {
    if (!path) return await postAll(target, bodies, clients);
    const posted = await postAll({ ...target, path }, toBatches(bodies, BATCH_SIZE), clients);
    const ofEvents = (clock: number[]) => bodies.map((_, index) => clock[Math.floor(index / BATCH_SIZE)] ?? NaN);
    return { begun: ofEvents(posted.begun), answered: ofEvents(posted.answered) };
  });
}

export function measureSteady(target: Target, receiver: Receiver, perSecond: number, seconds: number): Promise<Run> {
  return measure(target, receiver, perSecond * seconds, (bodies) => postSteadily(target, bodies, perSecond));
}

/** Like `measureSteady`, but for as long as `begin` takes, and without waiting for quiet afterwards. */
export async function measureWhile(
  target: Target,
  receiver: Receiver,
  perSecond: number,
  begin: () => Promise<unknown>,
): Promise<Run> {
  const numbers = takeNumbers(perSecond * 900);
  const bodies = makeEvents(numbers, target.eventType);
  await receiver.watch(numbers);
  const over = new AbortController();
  const work = begin();
  void work.finally(() => over.abort()).catch(() => undefined);
  const posted = await postSteadily(target, bodies, perSecond, over.signal);
  await work;
  const count = posted.begun.length;
  for (const deadline = Date.now() + ARRIVAL_LIMIT_MS; ; await sleep(100)) {
    const [first = [], ...more] = await receiver.arrivals();
    const arrived = first.slice(0, count);
    const missing = count - arrived.filter((clock) => clock > 0).length;
    if (missing === 0) return { ...posted, arrived, repeated: countArrivals(more), cpu: {} };
    if (Date.now() > deadline) throw new Error(`${missing} of ${count} events had not arrived`);
  }
}

/** Sends events that are not measured, so that caches and compiled code are warm. */
export async function warmUp(target: Target, receiver: Receiver, events = 500): Promise<void> {
  await measureLoad(target, receiver, events, 16);
  await measureBatches(target, receiver, events, 16);
}

async function measure(
  target: Target,
  receiver: Receiver,
  count: number,
  post: (bodies: string[]) => Promise<Posted>,
): Promise<Run> {
  const numbers = takeNumbers(count);
  const bodies = makeEvents(numbers, target.eventType);
  await receiver.watch(numbers);
  const before = readCpu(target.processes);
  const posted = await post(bodies);
  const [arrived = [], ...more] = await receiver.untilAll(ARRIVAL_LIMIT_MS);
  await target.settle();
  const cpu = divide(subtract(readCpu(target.processes), before), count);
  return { ...posted, arrived, repeated: countArrivals(more), cpu };
}

export function countArrivals(rounds: number[][]): number {
  return rounds.flat().filter((clock) => clock > 0).length;
}

/** Deliveries per second, from the first POST to the last arrival. */
export function throughputOf({ begun, arrived }: Pick<Run, 'begun' | 'arrived'>): number {
  return arrived.length / ((latest(arrived) - earliest(begun)) / 1000);
}

/** Milliseconds from the start of the POST to the arrival of the whole body. */
export function latencyOf({ begun, arrived }: Pick<Run, 'begun' | 'arrived'>, percent: number): number {
  return percentile(since(arrived, begun), percent);
}

/** Milliseconds from the 202 to the arrival. Negative if the event arrived before its 202. */
export function waitOf({ answered, arrived }: Pick<Run, 'answered' | 'arrived'>, percent: number): number {
  return percentile(since(arrived, answered), percent);
}

export function since(later: number[], earlier: number[]): number[] {
  return later.map((clock, index) => clock - (earlier[index] ?? NaN));
}

/** Unlike `Math.min(...)`, works with hundreds of thousands of values. */
export function earliest(clocks: number[]): number {
  return clocks.reduce((least, clock) => Math.min(least, clock), Infinity);
}

export function latest(clocks: number[]): number {
  return clocks.reduce((most, clock) => Math.max(most, clock), -Infinity);
}
