import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf, measureBatches, measureLoad, measureSteady, throughputOf, warmUp, type Run } from '../measure.ts';
import { BATCH_SIZE, STEADY_PER_SECOND } from '../options.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import { readCpu, subtract, sumOf } from '../processes.ts';
import type { Receiver } from '../receivers.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { measureSustained } from '../sustained.ts';
import type { Target } from '../target.ts';

const IDLE_SECONDS = 5;
const SUSTAINED_CLIENTS = 64;

export const speed: Scenario = {
  name: 'speed',
  about: 'events of about 500 bytes to one webhook, beside a bare relay that stores nothing',
  run: measureSpeed,
};

interface Pair {
  relay: Target;
  target: Target;
  receiver: Receiver;
}

async function measureSpeed(stage: Stage): Promise<Figure[]> {
  const receiver = await stage.receiver();
  const relay = await stage.relay(receiver);
  const posthorn = await stage.posthorn();
  await posthorn.register(receiver.url);
  const pair: Pair = { relay, target: posthorn.targetOf(URPA), receiver };
  const idle = await measureIdle(posthorn);
  stage.say('warming up');
  for (const target of [relay, pair.target]) await warmUp(target, receiver);
  const figures: Figure[] = [];
  for (const clients of stage.options.clients) figures.push(...(await singles(stage, pair, clients)));
  figures.push(...(await batches(stage, pair)));
  figures.push(...(await steady(stage, pair)));
  figures.push(...(await sustained(stage, pair, posthorn)));
  return [...figures, state('CPU without events, all processes', 'ms/s', idle)];
}

async function measureIdle({ processes }: Posthorn): Promise<number> {
  const before = readCpu(processes);
  await sleep(IDLE_SECONDS * 1000);
  return sumOf(subtract(readCpu(processes), before)) / IDLE_SECONDS;
}

async function singles(stage: Stage, { relay, target, receiver }: Pair, clients: number): Promise<Figure[]> {
  stage.say(`${clients} clients`);
  const { events } = stage.options;
  const relayed = await measureLoad(relay, receiver, events, clients);
  const run = await measureLoad(target, receiver, events, clients);
  return throughputFigures(`${clients} clients`, run, relayed, clients === 64 ? 0.3 : undefined);
}

/** The relay has no batches. It gets one request per event from the same number of clients. */
async function batches(stage: Stage, { relay, target, receiver }: Pair): Promise<Figure[]> {
  stage.say(`batches of ${BATCH_SIZE}`);
  const { events } = stage.options;
  const relayed = await measureLoad(relay, receiver, events, 16);
  const run = await measureBatches(target, receiver, events, 16);
  return throughputFigures(`16 clients, ${BATCH_SIZE} a request`, run, relayed, 0.6);
}

async function steady(stage: Stage, { relay, target, receiver }: Pair): Promise<Figure[]> {
  const seconds = stage.scale(20, 5);
  stage.say(`${STEADY_PER_SECOND} a second for ${seconds} s`);
  const relayed = await measureSteady(relay, receiver, STEADY_PER_SECOND, seconds);
  const run = await measureSteady(target, receiver, STEADY_PER_SECOND, seconds);
  const goals = new Map([
    [50, 5],
    [99, 20],
  ]);
  const latencies = [50, 95, 99].map((percent) => {
    const beside = { name: 'relay', value: latencyOf(relayed, percent) };
    const most = goals.get(percent);
    return {
      ...compare(`POST to arrival at ${STEADY_PER_SECOND}/s, p${percent}`, 'ms', latencyOf(run, percent), beside),
      ...(most === undefined ? {} : { goal: { of: 'value' as const, most } }),
    };
  });
  return [...latencies, cpuFigure(`at ${STEADY_PER_SECOND}/s`, run, relayed)];
}

async function sustained(stage: Stage, { relay, target, receiver }: Pair, posthorn: Posthorn): Promise<Figure[]> {
  const events = stage.scale(20_000, 2_000);
  stage.say(`${events} events by ${SUSTAINED_CLIENTS} clients`);
  const relayed = await measureLoad(relay, receiver, events, SUSTAINED_CLIENTS);
  const { run, backlog, emptyMs } = await measureSustained(posthorn, target, receiver, events, SUSTAINED_CLIENTS);
  const name = `${events} events, ${SUSTAINED_CLIENTS} clients`;
  const beside = { name: 'relay', value: latencyOf(relayed, 99) };
  return [
    ...throughputFigures(name, run, relayed, 0.3).map((figure) =>
      figure.name.startsWith('CPU') ? { ...figure, goal: { of: 'value' as const, most: 0.8 } } : figure,
    ),
    ...Object.entries(run.cpu).map(([process, ms]) => state(`CPU per delivery of ${process}`, 'ms', ms)),
    {
      ...compare(`POST to arrival, ${name}, p99`, 'ms', latencyOf(run, 99), beside),
      goal: { of: 'value', most: 200 },
    },
    state(`not ended at the last 202, ${name}`, 'deliveries', backlog),
    state(`from the last 202 until none was left, ${name}`, 'ms', emptyMs),
  ];
}

function throughputFigures(name: string, run: Run, relayed: Run, least: number | undefined): Figure[] {
  const beside = { name: 'relay', value: throughputOf(relayed) };
  const goal = least === undefined ? undefined : { least };
  return [compare(`delivered, ${name}`, '/s', throughputOf(run), beside, goal), cpuFigure(name, run, relayed)];
}

function cpuFigure(name: string, run: Run, relayed: Run): Figure {
  return compare(`CPU per delivery, ${name}`, 'ms', sumOf(run.cpu), { name: 'relay', value: sumOf(relayed.cpu) });
}
