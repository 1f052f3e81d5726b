import { setTimeout as sleep } from 'node:timers/promises';
import { stopChild } from '../children.ts';
import { makeEvents, takeNumbers } from '../events.ts';
import { postAll } from '../load.ts';
import { countArrivals, latest, since, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Receiver } from '../receivers.ts';
import { state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const CLIENTS = 16;
/** An event that has not arrived this long after the last 202 counts as lost. */
const LOST_AFTER_MS = 120_000;

export const kill: Scenario = {
  name: 'kill',
  about: `kill -9 of the worker under ${CLIENTS} clients`,
  run: async (stage) => [
    ...(await measureKill(stage, 'the only worker, started again at once', 1)),
    ...(await measureKill(stage, 'one of two workers', 2)),
  ],
};

async function measureKill(stage: Stage, name: string, workers: number): Promise<Figure[]> {
  const events = stage.scale(10_000, 2_000);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  while (posthorn.workers.length < workers) await posthorn.addWorker();
  stage.say('warming up');
  await warmUp(target, receiver);
  stage.say(`kill -9 of ${name}`);
  const numbers = takeNumbers(events);
  await receiver.watch(numbers);
  const killing = killMidway(posthorn, receiver, events / 3, workers === 1);
  const { answered } = await postAll(target, makeEvents(numbers, target.eventType), CLIENTS);
  await killing;
  const deadline = Date.now() + LOST_AFTER_MS;
  for (;;) {
    const [arrived = [], ...more] = await receiver.arrivals();
    const lost = events - countArrivals([arrived]);
    if (lost > 0 && Date.now() < deadline) {
      await sleep(200);
      continue;
    }
    await target.settle();
    return [
      state(`lost, ${name}`, 'events', lost, { most: 0 }),
      state(`arrived twice, ${name}`, 'events', countArrivals(more)),
      state(`longest wait after a 202, ${name}`, 's', latest(since(arrived, answered)) / 1000, { most: 10 }),
    ];
  }
}

async function killMidway(posthorn: Posthorn, receiver: Receiver, arrivals: number, again: boolean): Promise<void> {
  for (let arrived = 0; arrived < arrivals; await sleep(50)) arrived = countArrivals(await receiver.arrivals());
  const [victim] = posthorn.workers;
  if (victim) await stopChild(victim, 'SIGKILL');
  if (again) await posthorn.addWorker();
}
