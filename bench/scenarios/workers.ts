import { readClock } from '../clock.ts';
import { takeNumbers } from '../events.ts';
import { hold, resume } from '../held.ts';
import { ARRIVAL_LIMIT_MS, countArrivals, latest, measureLoad, throughputOf, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Receiver } from '../receivers.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { percentile } from '../statistics.ts';

const CLIENTS = 64;
/** One drain says little: a round is a few seconds, and they differ. */
const DRAINS = 3;

export const workers: Scenario = {
  name: 'workers',
  about: 'one, two and four worker processes on one database, under load and with a backlog',
  run: measureWorkers,
};

interface Measured {
  /** Deliveries a second under load, and of a backlog. */
  loaded: number;
  drained: number;
  repeated: number;
}

async function measureWorkers(stage: Stage): Promise<Figure[]> {
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  const webhookId = await posthorn.register(receiver.url);
  const measureWith = async (count: number): Promise<Measured> => {
    while (posthorn.workers.length < count) await posthorn.addWorker();
    stage.say(`${count} of them`);
    const target = posthorn.targetOf(URPA);
    await warmUp(target, receiver);
    const load = await measureLoad(target, receiver, stage.scale(20_000, 1_000), CLIENTS);
    const drains = [];
    while (drains.length < DRAINS) {
      drains.push(await measureDrain(posthorn, receiver, webhookId, stage.scale(30_000, 1_000)));
      await target.settle();
    }
    return {
      loaded: throughputOf(load),
      drained: percentile(
        drains.map((drain) => drain.perSecond),
        50,
      ),
      repeated: drains.reduce((sum, drain) => sum + drain.repeated, load.repeated),
    };
  };
  const one = await measureWith(1);
  const two = await measureWith(2);
  const four = await measureWith(4);
  const besideOne = (name: keyof Measured) => ({ name: 'one', value: one[name] });
  return [
    compare('a backlog delivered by two', '/s', two.drained, besideOne('drained'), { least: 1 }),
    compare('a backlog delivered by four', '/s', four.drained, besideOne('drained')),
    compare(`${CLIENTS} clients, delivered by two`, '/s', two.loaded, besideOne('loaded')),
    compare(`${CLIENTS} clients, delivered by four`, '/s', four.loaded, besideOne('loaded')),
    state('arrived twice, two', 'deliveries', two.repeated, { most: 0 }),
    state('arrived twice, four', 'deliveries', four.repeated, { most: 0 }),
  ];
}

/** How quickly held deliveries arrive when their webhook is resumed. */
async function measureDrain(posthorn: Posthorn, receiver: Receiver, webhookId: string, events: number) {
  const numbers = takeNumbers(events);
  await hold(posthorn, URPA, webhookId, numbers);
  await receiver.watch(numbers);
  const begun = readClock();
  await resume(posthorn, URPA, webhookId);
  const [arrived = [], ...more] = await receiver.untilAll(ARRIVAL_LIMIT_MS);
  return { perSecond: events / ((latest(arrived) - begun) / 1000), repeated: countArrivals(more) };
}
