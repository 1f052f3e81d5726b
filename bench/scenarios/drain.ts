import { setTimeout as sleep } from 'node:timers/promises';
import { readClock } from '../clock.ts';
import { takeNumbers } from '../events.ts';
import { hold, resume } from '../held.ts';
import { countArrivals, latencyOf, latest, measureSteady, measureWhile, warmUp } from '../measure.ts';
import { STEADY_PER_SECOND } from '../options.ts';
import { organization } from '../owner.ts';
import type { Arrivals } from '../receiver.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const LIMIT_MS = 600_000;
const PAUSED = organization('paused');
const NEIGHBOUR = organization('neighbour');

export const drain: Scenario = {
  name: 'drain',
  about: `a webhook with very many held deliveries is resumed, beside another organization at ${STEADY_PER_SECOND} a second`,
  run: measureDrain,
};

async function measureDrain(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(100_000, 5_000);
  const [busy, receiver] = [await stage.receiver(), await stage.receiver()];
  const posthorn = await stage.posthorn();
  const id = await posthorn.register(busy.url, PAUSED);
  await posthorn.register(receiver.url, NEIGHBOUR);
  const target = posthorn.targetOf(NEIGHBOUR);
  stage.say('warming up');
  await warmUp(posthorn.targetOf(PAUSED), busy);
  await warmUp(target, receiver);
  const numbers = takeNumbers(events);
  stage.say(`holding ${events} deliveries`);
  await hold(posthorn, PAUSED, id, numbers);
  await busy.watch(numbers);
  await sleep(2000);
  stage.say('the neighbour alone');
  const alone = await measureSteady(target, receiver, STEADY_PER_SECOND, stage.scale(20, 5));

  stage.say('resuming');
  let begun = 0;
  let arrivals: Arrivals = [];
  const beside = await measureWhile(target, receiver, STEADY_PER_SECOND, async () => {
    begun = readClock();
    await resume(posthorn, PAUSED, id);
    arrivals = await busy.untilAll(LIMIT_MS);
  });
  const [arrived = [], ...more] = arrivals;
  const seconds = (latest(arrived) - begun) / 1000;
  const aloneAt = (percent: number) => ({ name: 'alone', value: latencyOf(alone, percent) });
  return [
    state(`resume until the last of ${events} arrivals`, 's', seconds),
    state('drained', '/s', events / seconds),
    state('arrived twice', 'deliveries', countArrivals(more), { most: 0 }),
    compare("neighbour's POST to arrival, p50", 'ms', latencyOf(beside, 50), aloneAt(50)),
    compare("neighbour's POST to arrival, p99", 'ms', latencyOf(beside, 99), aloneAt(99), { most: 2 }),
  ];
}
