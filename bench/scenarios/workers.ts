import { measureLoad, throughputOf, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const CLIENTS = 64;

export const workers: Scenario = {
  name: 'workers',
  about: 'one, two and four worker processes on one database',
  run: measureWorkers,
};

async function measureWorkers(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(20_000, 1_000);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  const measureWith = async (count: number) => {
    while (posthorn.workers.length < count) await posthorn.addWorker();
    stage.say(`${count} of them`);
    await warmUp(target, receiver);
    return await measureLoad(target, receiver, events, CLIENTS);
  };
  const one = await measureWith(1);
  const two = await measureWith(2);
  const four = await measureWith(4);
  const beside = { name: 'one', value: throughputOf(one) };
  return [
    compare('delivered by two', '/s', throughputOf(two), beside, { least: 1 }),
    compare('delivered by four', '/s', throughputOf(four), beside),
    state('arrived twice, two', 'deliveries', two.repeated, { most: 0 }),
    state('arrived twice, four', 'deliveries', four.repeated, { most: 0 }),
  ];
}
