import { setTimeout as sleep } from 'node:timers/promises';
import { copyWebhook } from '../copies.ts';
import { latencyOf, measureSteady, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import { compare, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const STEADY_PER_SECOND = 30;
const EVENT_TYPE = 'taskjuggler.synced';
/** After this time the first attempts have timed out. */
const SETTLED_MS = 17_000;

export const silent: Scenario = {
  name: 'silent',
  about:
    'a webhook with a name, beside others that get an event a second: DNS does not answer, or their receiver does not',
  run: measureBesideSilence,
};

interface Silence {
  name: string;
  count: number;
  /** SQL for the URL of the nth webhook. */
  url: string;
  goal?: { most: number };
}

async function measureBesideSilence(stage: Stage): Promise<Figure[]> {
  const dns = await stage.silentDns();
  const posthorn = await stage.posthorn({ POSTHORN_DNS_SERVERS: dns.address });
  const [receiver, hanging] = [await stage.receiver(), await stage.receiver()];
  await hanging.answer({ delayMs: 3_600_000 });
  const id = await posthorn.register(receiver.url.replace('127.0.0.1', 'localhost'));
  const target = posthorn.targetOf(URPA);
  stage.say('warming up');
  await warmUp(target, receiver);
  const still = { ...target, settle: () => Promise.resolve() };
  const p99 = async () => latencyOf(await measureSteady(still, receiver, STEADY_PER_SECOND, stage.scale(30, 5)), 99);
  await p99();
  stage.say('alone');
  const alone = { name: 'alone', value: await p99() };
  const silences: Silence[] = [
    {
      name: 'names that DNS does not answer for',
      count: stage.scale(40, 10),
      url: `'http://name-' || n || '.dead.test/'`,
      goal: { most: 2 },
    },
    { name: 'webhooks that hang', count: stage.scale(1_000, 100), url: `'${hanging.url}'` },
  ];
  const figures: Figure[] = [];
  for (const silence of silences) {
    stage.say(`beside ${silence.count} ${silence.name}`);
    const value = await beside(posthorn, id, silence, p99);
    const name = `POST to arrival at ${STEADY_PER_SECOND}/s, p99, beside ${silence.count} ${silence.name}`;
    figures.push(compare(name, 'ms', value, alone, silence.goal));
  }
  return figures;
}

async function beside(posthorn: Posthorn, id: string, { count, url }: Silence, measure: () => Promise<number>) {
  await copyWebhook(posthorn, id, count, { columns: `'urpa', '', '{${EVENT_TYPE}}'`, url });
  const { events } = posthorn.ownerOf(URPA);
  const flood = setInterval(() => void events.emit(EVENT_TYPE, { id: '1' }), 1_000);
  try {
    await sleep(SETTLED_MS);
    return await measure();
  } finally {
    clearInterval(flood);
    await posthorn.database.query('update webhooks set active = false where $1 = any(events)', [EVENT_TYPE]);
  }
}
