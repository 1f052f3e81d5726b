import { makeEvents, takeNumbers } from '../events.ts';
import { postAll } from '../load.ts';
import { earliest, latest, measureLoad, since, throughputOf, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { percentile } from '../statistics.ts';

const CLIENTS = 64;
const ROUNDS = 2;
/** Each retry is due two units after the previous failure. */
const UNIT_SECONDS = 15;
const DELAY_MS = 2 * UNIT_SECONDS * 1000;

export const failure: Scenario = {
  name: 'failure',
  about: `every receiver answers 500; retries ${DELAY_MS / 1000} s after each failure`,
  run: measureFailure,
};

async function measureFailure(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(20_000, 1_000);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn({ POSTHORN_RETRY_UNIT: `${UNIT_SECONDS}s` });
  const policy = { maximum_attempts: 1 + ROUNDS, initial_interval: 120, backoff_coefficient: 1 };
  await posthorn.register(receiver.url, URPA, { retry_policy: policy });
  const target = posthorn.targetOf(URPA);
  stage.say('warming up');
  await warmUp(target, receiver);
  stage.say(`${events} events that succeed`);
  const success = await measureLoad(target, receiver, events, CLIENTS);

  stage.say(`${events} events that fail, with ${ROUNDS} rounds of retries`);
  await receiver.answer({ status: 500 });
  const numbers = takeNumbers(events);
  await receiver.watch(numbers);
  const posted = await postAll(target, makeEvents(numbers, target.eventType), CLIENTS);
  const limitMs = ROUNDS * (DELAY_MS + 120_000);
  const attempts = await receiver.untilAll(limitMs, 1 + ROUNDS);
  const [first = []] = attempts;
  const acceptance = ({ begun, answered }: typeof posted) => events / ((latest(answered) - earliest(begun)) / 1000);
  return [
    compare('accepted', '/s', acceptance(posted), { name: 'success', value: acceptance(success) }, { least: 0.7 }),
    compare(
      'first attempts',
      '/s',
      throughputOf({ begun: posted.begun, arrived: first }),
      { name: 'success', value: throughputOf(success) },
      { least: 0.7 },
    ),
    ...attempts.slice(1).flatMap((round, index) => lateness(index + 1, round, attempts[index] ?? [])),
  ];
}

/** How late the retries arrived. The due time is counted from the arrival of the previous attempt. */
function lateness(round: number, arrived: number[], before: number[]): Figure[] {
  const late = since(arrived, before).map((ms) => (ms - DELAY_MS) / 1000);
  const name = (which: string) => `retry ${round} after it was due, ${which}`;
  return [
    state(name('p50'), 's', percentile(late, 50)),
    state(name('p99'), 's', percentile(late, 99)),
    state(name('max'), 's', latest(late), { most: 30 }),
  ];
}
