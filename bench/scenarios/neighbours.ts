import { setTimeout as sleep } from 'node:timers/promises';
import { takeNumbers } from '../events.ts';
import { latencyOf, measureSteady, measureWhile, waitOf, warmUp, type Run } from '../measure.ts';
import { STEADY_PER_SECOND } from '../options.ts';
import { organization, URPA, URPA_CONTACTS, type Owner } from '../owner.ts';
import type { Behaviour } from '../receiver.ts';
import type { Receiver } from '../receivers.ts';
import { compare, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Target } from '../target.ts';

const MEASURED = organization('measured');
/** Longer than the timeout of an attempt. */
const NEVER_MS = 60_000;
const HANGING: Noise = { owner: organization('hanging'), answers: { delayMs: NEVER_MS }, burst: 2_000 };
const FAILING: Noise = { owner: organization('failing'), answers: { status: 500 }, perSecond: 100 };
const FLOODED: Noise = { owner: organization('flooded'), answers: {}, burst: 10_000 };
/** A relay passes failures on, and a client stops after one, so this receiver succeeds. */
const ANSWERING: Noise = { ...FAILING, answers: {} };

export const neighbours: Scenario = {
  name: 'neighbours',
  about: `a webhook at ${STEADY_PER_SECOND} a second while others hang, fail or are flooded`,
  run: async (stage) => {
    const hanging = await measureBeside(stage, 'another webhook at 50/s hangs for 10 s', posthornOn, URPA, [
      { owner: URPA_CONTACTS, answers: { delayMs: 10_000 }, perSecond: 50 },
    ]);
    const burst = await measureBeside(
      stage,
      'another tenant bursts 2,000 to a receiver that hangs',
      posthornOn,
      MEASURED,
      [HANGING],
    );
    const worst = 'one hangs under 2,000, one fails at 100/s, one gets 10,000';
    const all = await measureBeside(stage, worst, posthornOn, MEASURED, [HANGING, FAILING, FLOODED]);
    const relays = await measureBeside(stage, `relays: ${worst}`, relaysOn, MEASURED, [HANGING, ANSWERING, FLOODED]);
    const relayed = { name: 'relays', value: slowdownOf(relays) };
    return [
      ...[hanging, burst, all].flatMap(figuresOf),
      compare(`POST to arrival, p99 as a multiple of that alone: ${worst}`, 'times', slowdownOf(all), relayed),
    ];
  },
};

/** A webhook that creates load, with its own receiver. */
type Noise = { owner: Owner; answers: Partial<Behaviour> } & ({ burst: number } | { perSecond: number });

/** Delivers events that are posted for the owner to the receiver. */
type System = (receiver: Receiver, owner: Owner) => Promise<Target>;

async function posthornOn(stage: Stage): Promise<System> {
  const posthorn = await stage.posthorn();
  return async (receiver, owner) => {
    await posthorn.register(receiver.url, owner);
    return posthorn.targetOf(owner);
  };
}

/** One relay for each webhook. They share only the machine. */
function relaysOn(stage: Stage): Promise<System> {
  return Promise.resolve((receiver) => stage.relay(receiver));
}

interface Measured {
  name: string;
  alone: Run;
  beside: Run;
}

async function measureBeside(
  stage: Stage,
  name: string,
  systemOn: (stage: Stage) => Promise<System>,
  owner: Owner,
  noises: Noise[],
): Promise<Measured> {
  const seconds = stage.scale(20, 8);
  const receiver = await stage.receiver();
  const system = await systemOn(stage);
  const target = await system(receiver, owner);
  stage.say('warming up');
  await warmUp(target, receiver, stage.scale(5_000, 500));
  stage.say('alone');
  const alone = await measureSteady(target, receiver, STEADY_PER_SECOND, seconds);
  const disturb = await Promise.all(noises.map((noise) => prepare(stage, system, noise, seconds)));
  stage.say(name);
  const beside = await measureWhile(target, receiver, STEADY_PER_SECOND, () => {
    for (const begin of disturb) begin();
    return sleep(seconds * 1000);
  });
  await stage.clear();
  return { name, alone, beside };
}

async function prepare(stage: Stage, system: System, noise: Noise, seconds: number): Promise<() => void> {
  const receiver = await stage.receiver();
  const { origin, path, headers, eventType } = await system(receiver, noise.owner);
  const { origin: itself, pathname } = new URL(receiver.url);
  const rehearsal = { origin: itself, path: pathname, headers: {} };
  const about = { target: { origin, path, headers }, rehearsal, eventType };
  const [count, how] =
    'burst' in noise ? [noise.burst, { clients: 16 }] : [noise.perSecond * seconds, { perSecond: noise.perSecond }];
  const begin = await stage.noise({ ...about, ...how, numbers: takeNumbers(count) });
  await receiver.answer(noise.answers);
  return begin;
}

function slowdownOf({ alone, beside }: Measured): number {
  return latencyOf(beside, 99) / latencyOf(alone, 99);
}

function figuresOf({ name, alone, beside }: Measured): Figure[] {
  const ratio = (percent: number) => (percent === 99 ? { most: 2 } : undefined);
  return [
    compare(`accepted to arrival, p50: ${name}`, 'ms', waitOf(beside, 50), { name: 'alone', value: waitOf(alone, 50) }),
    ...[50, 99].map((percent) =>
      compare(
        `POST to arrival, p${percent}: ${name}`,
        'ms',
        latencyOf(beside, percent),
        { name: 'alone', value: latencyOf(alone, percent) },
        ratio(percent),
      ),
    ),
  ];
}
