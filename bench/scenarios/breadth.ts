import { setTimeout as sleep } from 'node:timers/promises';
import { copyWebhook } from '../copies.ts';
import { takeNumbers } from '../events.ts';
import { emitMany } from '../held.ts';
import { latencyOf, measureLoad, measureSteady, throughputOf, warmUp } from '../measure.ts';
import { organization, URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Receiver } from '../receivers.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Target } from '../target.ts';

const CLIENTS = 64;
const LIMIT_MS = 300_000;
const STEADY_PER_SECOND = 30;
const AWAY_MS = 1_000;

export const breadth: Scenario = {
  name: 'breadth',
  about: 'many webhooks, organizations and origins, an old snapshot, Temporal away: each beside one webhook alone',
  run: measureBreadth,
};

interface Play {
  stage: Stage;
  posthorn: Posthorn;
  receiver: Receiver;
  target: Target;
  events: number;
}

async function measureBreadth(stage: Stage): Promise<Figure[]> {
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  const id = await posthorn.register(receiver.url);
  const play: Play = { stage, posthorn, receiver, target: posthorn.targetOf(URPA), events: stage.scale(10_000, 1_000) };
  stage.say('warming up');
  await warmUp(play.target, receiver);
  await speedOf(play);
  const alone = await speedOf(play);
  const beside = { name: 'one webhook', value: alone };
  return [
    ...(await neighbours(play, id, beside)),
    ...(await organizations(play, id, beside)),
    await origins(play, id, beside),
    await fanOut(play, id),
    await withoutTemporal(play, beside),
    await oldSnapshot(play),
  ];
}

async function speedOf(play: Play, target = play.target): Promise<number> {
  return throughputOf(await measureLoad(target, play.receiver, play.events, CLIENTS));
}

/** Adds webhooks of the same owner that are subscribed to another event type. */
async function neighbours(play: Play, id: string, beside: { name: string; value: number }): Promise<Figure[]> {
  const figures: Figure[] = [];
  let made = 0;
  for (const count of [1_000, play.stage.scale(20_000, 2_000), play.stage.scale(100_000, 3_000)]) {
    play.stage.say(`beside ${count} other webhooks`);
    await copyWebhook(play.posthorn, id, count - made, { columns: `'urpa', '', '{activity.updated}'` });
    made = count;
    figures.push(compare(`delivered, beside ${count} others`, '/s', await speedOf(play), beside, { least: 0.9 }));
  }
  return figures;
}

/** Organizations with one webhook each. The events are spread over them. */
async function organizations(play: Play, id: string, beside: { name: string; value: number }): Promise<Figure[]> {
  const figures: Figure[] = [];
  const eventType = organization('0').eventType;
  for (const count of [1_000, play.stage.scale(10_000, 2_000)]) {
    play.stage.say(`over ${count} organizations`);
    await copyWebhook(play.posthorn, id, count, { columns: `'4calls', 'of-${count}-' || n, '{${eventType}}'` });
    const pathOf = (index: number) => `${organization(`of-${count}-${(index % count) + 1}`).apiBase}/events`;
    const speed = await speedOf(play, { ...play.target, eventType, pathOf });
    figures.push(compare(`delivered, over ${count} organizations`, '/s', speed, beside, { least: 0.7 }));
  }
  return figures;
}

/** Organizations whose webhooks have different hosts, each with its own loopback address. */
async function origins(play: Play, id: string, beside: { name: string; value: number }): Promise<Figure> {
  const eventType = organization('0').eventType;
  const count = play.stage.scale(5_000, 500);
  play.stage.say(`over ${count} origins`);
  const url = `replace(url, '127.0.0.1', '127.1.' || n / 250 || '.' || n % 250 + 1)`;
  await copyWebhook(play.posthorn, id, count, { columns: `'4calls', 'at-' || n, '{${eventType}}'`, url });
  const pathOf = (index: number) => `${organization(`at-${(index % count) + 1}`).apiBase}/events`;
  const speed = await speedOf(play, { ...play.target, eventType, pathOf });
  return compare(`delivered, over ${count} origins`, '/s', speed, beside);
}

/** One event to very many webhooks. */
async function fanOut({ stage, posthorn }: Play, id: string): Promise<Figure> {
  const count = stage.scale(10_000, 500);
  stage.say(`one event to ${count} webhooks`);
  await copyWebhook(posthorn, id, count, { columns: `'urpa', '', '{contact.updated}'` });
  const begun = performance.now();
  await posthorn.ownerOf(URPA).events.emit('contact.updated', { id: '1' });
  for (const deadline = begun + LIMIT_MS; (await posthorn.countOpen()) > 0; await sleep(20)) {
    if (performance.now() > deadline) throw new Error('the fan-out did not end');
  }
  return state(`one event to ${count} webhooks, until all are recorded`, 'ms', performance.now() - begun);
}

async function withoutTemporal(play: Play, beside: { name: string; value: number }): Promise<Figure> {
  play.stage.say('Temporal is frozen');
  const pid = play.posthorn.processes['temporal'];
  if (pid === undefined) throw new Error('Temporal is not a process of this installation');
  process.kill(pid, 'SIGSTOP');
  await sleep(AWAY_MS);
  try {
    const target = { ...play.target, settle: () => Promise.resolve() };
    return compare('delivered, Temporal frozen', '/s', await speedOf(play, target), beside, { least: 0.7 });
  } finally {
    process.kill(pid, 'SIGCONT');
    await play.target.settle();
  }
}

async function oldSnapshot({ stage, posthorn, receiver, target }: Play): Promise<Figure> {
  const seconds = stage.scale(15, 3);
  const p50 = async () => latencyOf(await measureSteady(target, receiver, STEADY_PER_SECOND, seconds), 50);
  const without = await p50();
  const snapshot = await posthorn.database.connect();
  try {
    await snapshot.query('begin transaction isolation level repeatable read');
    await snapshot.query('select from outbox');
    const deliveries = stage.scale(200_000, 5_000);
    stage.say(`${deliveries} deliveries with an old snapshot`);
    const numbers = takeNumbers(deliveries);
    await receiver.watch(numbers);
    await emitMany(posthorn, URPA, numbers);
    await receiver.untilAll(LIMIT_MS);
    await target.settle();
    const name = `POST to arrival at ${STEADY_PER_SECOND}/s, p50, ${deliveries} deliveries after a snapshot`;
    return compare(name, 'ms', await p50(), { name: 'without', value: without }, { most: 1.5 });
  } finally {
    snapshot.release(true);
  }
}
