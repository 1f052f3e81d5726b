import { setTimeout as sleep } from 'node:timers/promises';
import { takeNumbers } from '../events.ts';
import { latencyOf, measureSteady, measureWhile, waitOf, warmUp, type Run } from '../measure.ts';
import { STEADY_PER_SECOND } from '../options.ts';
import { organization, URPA, URPA_CONTACTS, type Owner } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Behaviour } from '../receiver.ts';
import { compare, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const MEASURED = organization('measured');
/** Longer than an attempt may take. */
const NEVER_MS = 60_000;

export const neighbours: Scenario = {
  name: 'neighbours',
  about: `a webhook at ${STEADY_PER_SECOND} a second while others hang, fail or are flooded`,
  run: async (stage) => [
    ...(await measureBeside(stage, 'another webhook at 50/s hangs for 10 s', URPA, [
      { owner: URPA_CONTACTS, answers: { delayMs: 10_000 }, perSecond: 50 },
    ])),
    ...(await measureBeside(stage, 'another tenant bursts 2,000 to a receiver that hangs', MEASURED, [
      { owner: organization('hanging'), answers: { delayMs: NEVER_MS }, burst: 2_000 },
    ])),
    ...(await measureBeside(stage, 'one hangs under 2,000, one fails at 100/s, one gets 10,000', MEASURED, [
      { owner: organization('hanging'), answers: { delayMs: NEVER_MS }, burst: 2_000 },
      { owner: organization('failing'), answers: { status: 500 }, perSecond: 100 },
      { owner: organization('flooded'), answers: {}, burst: 10_000 },
    ])),
  ],
};

/** A webhook that disturbs, with a receiver of its own. */
type Noise = { owner: Owner; answers: Partial<Behaviour> } & ({ burst: number } | { perSecond: number });

async function measureBeside(stage: Stage, name: string, owner: Owner, noises: Noise[]): Promise<Figure[]> {
  const seconds = stage.scale(20, 8);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  await posthorn.register(receiver.url, owner);
  const target = posthorn.targetOf(owner);
  stage.say('warming up');
  await warmUp(target, receiver, stage.scale(5_000, 500));
  stage.say('alone');
  const alone = await measureSteady(target, receiver, STEADY_PER_SECOND, seconds);
  const disturb = await Promise.all(noises.map((noise) => prepare(stage, posthorn, noise, seconds)));
  stage.say(name);
  const beside = await measureWhile(target, receiver, STEADY_PER_SECOND, () => {
    for (const begin of disturb) begin();
    return sleep(seconds * 1000);
  });
  await stage.clear();
  return figuresOf(name, alone, beside);
}

async function prepare(stage: Stage, posthorn: Posthorn, noise: Noise, seconds: number): Promise<() => void> {
  const receiver = await stage.receiver();
  await posthorn.register(receiver.url, noise.owner);
  const { origin, path, headers, eventType } = posthorn.targetOf(noise.owner);
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
