import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { takeNumbers } from '../events.ts';
import { whileFrozen } from '../freeze.ts';
import { resume } from '../held.ts';
import { countArrivals, warmUp } from '../measure.ts';
import { watchMemory } from '../memory.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Receiver } from '../receivers.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const MIB = 1024 * 1024;
const FROZEN_MS = 6_000;
const LIMIT_MS = 300_000;
/** The maximum growth of memory between a load above the memory limit and one more than three times as large. */
const FLAT = { most: 1.3 };

export const large: Scenario = {
  name: 'large',
  about: 'events of 1 MiB while PostgreSQL hangs: the memory of the API and of the worker',
  run: measureLarge,
};

interface Play {
  stage: Stage;
  posthorn: Posthorn;
  receiver: Receiver;
  webhookId: string;
}

async function measureLarge(stage: Stage): Promise<Figure[]> {
  const [few, many] = [stage.scale(300, 40), stage.scale(1_000, 130)];
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn(stage.options.quick ? { POSTHORN_MAX_BYTES: String(32 * MIB) } : {});
  const webhookId = await posthorn.register(receiver.url);
  const play = { stage, posthorn, receiver, webhookId };
  stage.say('warming up');
  await warmUp(posthorn.targetOf(URPA), receiver);
  const asked = { few: await emitWhileFrozen(play, few), many: await emitWhileFrozen(play, many) };
  const due = { few: await drainWhileFrozen(play, few), many: await drainWhileFrozen(play, many) };
  const most = (of: string, what: string, memory: { few: number; many: number }) =>
    compare(`most memory of ${of}, ${many} ${what}`, 'MiB', memory.many, { name: `${few}`, value: memory.few }, FLAT);
  return [
    state(`accepted of ${many} requests at once, PostgreSQL frozen`, 'requests', asked.many.accepted, { most: 0 }),
    most('api', 'requests at once', { few: asked.few.memory, many: asked.many.memory }),
    most('worker', 'due at once', { few: due.few.memory, many: due.many.memory }),
    state(`arrived twice of ${many}`, 'deliveries', due.many.repeated),
  ];
}

/** Posts one event each from this many clients at the same time. */
async function emitWhileFrozen({ stage, posthorn }: Play, count: number) {
  stage.say(`${count} requests of 1 MiB while PostgreSQL is frozen`);
  const memory = watchMemory(posthorn.processes);
  const { first } = takeNumbers(count);
  const emit = () => postLarge(posthorn, first, count, count);
  const statuses = await whileFrozen(posthorn.processes['postgres']!, emit);
  const accepted = statuses.filter((status) => status === 202).length;
  const most = memory.stop()['api'] ?? NaN;
  await posthorn.targetOf(URPA).settle();
  return { accepted, memory: most };
}

/** Makes this many deliveries due at once and freezes PostgreSQL when the first have arrived. */
async function drainWhileFrozen({ stage, posthorn, receiver, webhookId }: Play, count: number) {
  stage.say(`${count} deliveries of 1 MiB become due, then PostgreSQL is frozen`);
  await posthorn.ownerOf(URPA).webhooks.pause(webhookId);
  const numbers = takeNumbers(count);
  const statuses = await postLarge(posthorn, numbers.first, count, 4);
  if (statuses.some((status) => status !== 202)) throw new Error('not every event was accepted');
  await receiver.watch(numbers);
  const memory = watchMemory(posthorn.processes);
  await resume(posthorn, URPA, webhookId);
  while (countArrivals(await receiver.arrivals()) === 0) await sleep(20);
  await whileFrozen(posthorn.processes['postgres']!, () => sleep(FROZEN_MS));
  const [, ...more] = await receiver.untilAll(LIMIT_MS);
  const most = memory.stop()['worker'] ?? NaN;
  await posthorn.targetOf(URPA).settle();
  return { memory: most, repeated: countArrivals(more) };
}

/** Posts events of 1 MiB with their own numbers. Returns the statuses. */
async function postLarge(posthorn: Posthorn, first: number, count: number, clients: number): Promise<number[]> {
  const { origin, path, headers, eventType } = posthorn.targetOf(URPA);
  const pool = new Pool(origin, { connections: clients, pipelining: 1 });
  const filler = 'x'.repeat(MIB - 200);
  const statuses: number[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const body = `{"event":"${eventType}","data":{"n":${first + next++},"text":"${filler}"}}`;
      const answer = await pool.request({ method: 'POST', path, headers, body });
      await answer.body.dump();
      statuses.push(answer.statusCode);
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  await pool.close();
  return statuses;
}
