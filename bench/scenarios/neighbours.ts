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
/** Longer than an attempt may take. */
const NEVER_MS = 60_000;

export const neighbours: Scenario = {
  name: 'neighbours',
  about: `a webhook at ${STEADY_PER_SECOND} a second while others hang, fail or are flooded`,
  run: async (stage) => [
    ...(await measureBeside(stage, posthornOn, 'another webhook at 50/s hangs for 10 s', URPA, [
      { owner: URPA_CONTACTS, answers: { delayMs: 10_000 }, perSecond: 50 },
    ])),
    ...(await measureBeside(stage, posthornOn, 'another tenant bursts 2,000 to a receiver that hangs', MEASURED, [
      { owner: organization('hanging'), answers: { delayMs: NEVER_MS }, burst: 2_000 },
    ])),
    ...(await measureBeside(stage, posthornOn, 'one hangs under 2,000, one fails at 100/s, one gets 10,000', MEASURED, [
      { owner: organization('hanging'), answers: { delayMs: NEVER_MS }, burst: 2_000 },
      { owner: organization('failing'), answers: { status: 500 }, perSecond: 100 },
      { owner: organization('flooded'), answers: {}, burst: 10_000 },
    ])),
    ...(await measureRelays(stage)),
  ],
};

/** A webhook that disturbs, with a receiver of its own. */
type Noise = { owner: Owner; answers: Partial<Behaviour> } & ({ burst: number } | { perSecond: number });

/** Brings what is posted for the owner to the receiver. */
type System = (receiver: Receiver, owner: Owner) => Promise<Target>;

async function posthornOn(stage: Stage): Promise<System> {
  const posthorn = await stage.posthorn();
  return async (receiver, owner) => {
    await posthorn.register(receiver.url, owner);
    return posthorn.targetOf(owner);
  };
}

/** A relay for each webhook: they share nothing but the machine. */
function relaysOn(stage: Stage): Promise<System> {
  return Promise.resolve((receiver) => stage.relay(receiver));
}

/** What the machine alone does to a neighbour: the least that is to be expected of anything. */
async function measureRelays(stage: Stage): Promise<Figure[]> {
  const figures = await measureBeside(stage, relaysOn, 'a relay for each, the same three floods', MEASURED, [
    { owner: organization('hanging'), answers: { delayMs: NEVER_MS }, burst: 2_000 },
    // A relay passes a failure on, and who posts does not go on after one.
    { owner: organization('failing'), answers: {}, perSecond: 100 },
    { owner: organization('flooded'), answers: {}, burst: 10_000 },
  ]);
  return figures.filter(({ name }) => name.startsWith('POST')).map(({ goal: _, ...figure }) => figure);
}

async function measureBeside(
  stage: Stage,
  systemOn: (stage: Stage) => Promise<System>,
  name: string,
  owner: Owner,
  noises: Noise[],
): Promise<Figure[]> {
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
  return figuresOf(name, alone, beside);
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

function figuresOf(name: string, alone: Run, beside: Run): Figure[] {
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
