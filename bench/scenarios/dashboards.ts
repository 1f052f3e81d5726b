import { setTimeout as sleep } from 'node:timers/promises';
import { measureSteady, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import { divide, readCpu, subtract, type ByProcess } from '../processes.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Receiver } from '../receivers.ts';
import type { Stage } from '../stage.ts';
import type { Target } from '../target.ts';

const STREAMS = 200;
const PER_SECOND = 200;

export const dashboards: Scenario = {
  name: 'dashboards',
  about: `the cost of ${STREAMS} open dashboards beside ${PER_SECOND} events a second`,
  run: measureDashboards,
};

async function measureDashboards(stage: Stage): Promise<Figure[]> {
  const seconds = stage.scale(20, 5);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  stage.say('warming up');
  await warmUp(target, receiver);
  await target.settle();
  stage.say('no dashboard is open');
  const without = await measureLoad(target, receiver, seconds);
  await target.settle();

  stage.say(`${STREAMS} dashboards are open`);
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => openStream(target)));
  await sleep(1_000);
  const beside = await measureLoad(target, receiver, seconds);
  const messages = streams.map(({ close }) => close());
  const none = (value: number | undefined) => ({ name: 'no dashboard', value: value ?? NaN });
  return [
    ...Object.entries(beside).map(([name, ms]) => compare(`CPU, ${name}`, 'ms/s', ms, none(without[name]))),
    state('messages to each dashboard', '/s', Math.max(...messages) / seconds, { most: 2.5 }),
    state('least messages to a dashboard', '/s', Math.min(...messages) / seconds),
  ];
}

async function measureLoad(target: Target, receiver: Receiver, seconds: number): Promise<ByProcess> {
  const before = readCpu(target.processes);
  await measureSteady(target, receiver, PER_SECOND, seconds);
  return divide(subtract(readCpu(target.processes), before), seconds);
}

/** Opens a dashboard's stream of changes. `close` returns the number of messages. */
async function openStream({ origin, headers }: Target): Promise<{ close(): number }> {
  const abort = new AbortController();
  const response = await fetch(`${origin}/api/dashboard/live`, { headers, signal: abort.signal });
  if (response.status !== 200 || !response.body) throw new Error(`no stream: ${response.status}`);
  let messages = 0;
  void count(response.body, () => messages++);
  return {
    close() {
      abort.abort();
      return messages;
    },
  };
}

async function count(body: ReadableStream<Uint8Array>, onMessage: () => void): Promise<void> {
  try {
    for await (const chunk of body) if (Buffer.from(chunk).includes('event: change')) onMessage();
  } catch {
    // Closed by this side.
  }
}
