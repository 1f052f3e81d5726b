import { readClock } from '../clock.ts';
import { makeEvents, takeNumbers, toBatches } from '../events.ts';
import { postAll } from '../load.ts';
import { ARRIVAL_LIMIT_MS, latest, measureLoad, throughputOf, warmUp } from '../measure.ts';
import { BATCH_SIZE } from '../options.ts';
import { URPA } from '../owner.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { untilEmpty } from '../sustained.ts';

/** The maximum rate of a recovery, so that only the system limits it. */
const RATE = 10_000;

export const recovery: Scenario = {
  name: 'recovery',
  about: `failed deliveries retried in bulk at up to ${RATE} a second`,
  run: measureRecovery,
};

async function measureRecovery(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(20_000, 1_000);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  const id = await posthorn.register(receiver.url, URPA, { retry_policy: { maximum_attempts: 1 } });
  const target = posthorn.targetOf(URPA);
  stage.say('warming up');
  await warmUp(target, receiver);
  const success = await measureLoad(target, receiver, events, 64);

  stage.say(`${events} events fail for good`);
  await receiver.answer({ status: 500 });
  const numbers = takeNumbers(events);
  const bodies = toBatches(makeEvents(numbers, target.eventType), BATCH_SIZE);
  await postAll({ ...target, path: target.batchPath ?? '' }, bodies, 4);
  await untilEmpty(posthorn, 200);
  await target.settle();

  stage.say('recovering them');
  await receiver.answer({ status: 200 });
  await receiver.watch(numbers);
  const begun = readClock();
  await posthorn.ownerOf(URPA).recoveries.start({ filter: { webhook_id: id }, rate: RATE });
  const answered = readClock();
  const [arrived = [], ...more] = await receiver.untilAll(ARRIVAL_LIMIT_MS);
  const recovered = throughputOf({ begun: [begun], arrived });
  return [
    state('POST of the recovery until its answer', 'ms', answered - begun),
    state(`POST of the recovery until the last of ${events} arrivals`, 's', (latest(arrived) - begun) / 1000, {
      most: 30,
    }),
    compare('recovered', '/s', recovered, { name: 'fresh, 64 clients', value: throughputOf(success) }),
    state('arrived twice', 'deliveries', more.flat().filter((clock) => clock > 0).length, { most: 0 }),
  ];
}
