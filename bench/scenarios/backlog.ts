import { readClock } from '../clock.ts';
import { takeNumbers } from '../events.ts';
import { hold, resume } from '../held.ts';
import { countArrivals, latest, warmUp } from '../measure.ts';
import { watchMemory } from '../memory.ts';
import { URPA } from '../owner.ts';
import { readMemory } from '../processes.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const LIMIT_MS = 600_000;

export const backlog: Scenario = {
  name: 'backlog',
  about: 'very many deliveries of one webhook become due at once, when it is resumed',
  run: measureBacklog,
};

async function measureBacklog(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(200_000, 5_000);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  const id = await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  stage.say('warming up');
  await warmUp(target, receiver);
  const before = readMemory(posthorn.processes);
  const numbers = takeNumbers(events);
  stage.say(`holding ${events} deliveries`);
  await hold(posthorn, URPA, id, numbers);
  await receiver.watch(numbers);

  stage.say('resuming');
  const memory = watchMemory(posthorn.processes);
  const begun = readClock();
  await resume(posthorn, URPA, id);
  const answered = readClock();
  const [arrived = [], ...more] = await receiver.untilAll(LIMIT_MS);
  const seconds = (latest(arrived) - begun) / 1000;
  const most = memory.stop();
  return [
    state('POST of the resume until its answer', 's', (answered - begun) / 1000),
    state(`resume until the last of ${events} arrivals`, 's', seconds),
    state('drained', '/s', events / seconds),
    state('arrived twice', 'deliveries', countArrivals(more), { most: 0 }),
    ...Object.entries(most).map(([name, mebibytes]) =>
      compare(`most memory of ${name}`, 'MiB', mebibytes, { name: 'before', value: before[name] ?? NaN }),
    ),
  ];
}
