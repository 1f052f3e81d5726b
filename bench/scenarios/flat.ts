import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryQuery } from '../../clients/typescript/src/index.ts';
import { measureClaim } from '../claims.ts';
import { readClock } from '../clock.ts';
import { fill } from '../fill.ts';
import { measureLoad, throughputOf, warmUp } from '../measure.ts';
import { URPA, URPA_CONTACTS } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Receiver } from '../receivers.ts';
import { compare, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { percentile } from '../statistics.ts';

const CLIENTS = 64;
const PAGES = 50;
const PAGE_SIZE = 50;

export const flat: Scenario = {
  name: 'flat',
  about: 'the same figures on an empty database and on a full one',
  run: measureFlat,
};

/** Deliveries per second; otherwise milliseconds. */
interface Measured {
  delivered: number;
  firstPage: number;
  deepPage: number;
  webhookPage: number;
  claim: number;
}

async function measureFlat(stage: Stage): Promise<Figure[]> {
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  const id = await posthorn.register(receiver.url);
  stage.say('the empty database');
  await warmUp(posthorn.targetOf(URPA), receiver);
  const empty = await measureOn(stage, posthorn, receiver, id);
  await fillUp(stage, posthorn, receiver, id);
  stage.say('the full database');
  await warmUp(posthorn.targetOf(URPA), receiver);
  const full = await measureOn(stage, posthorn, receiver, id);
  const row = (name: string, unit: string, key: keyof Measured, goal: { least?: number; most?: number }) =>
    compare(name, unit, full[key], { name: 'empty', value: empty[key] }, goal);
  return [
    row(`delivered, ${CLIENTS} clients`, '/s', 'delivered', { least: 1 / 1.3 }),
    row('first page of the history, p50', 'ms', 'firstPage', { most: 1.3 }),
    row('page after nine tenths of the history, p50', 'ms', 'deepPage', { most: 1.3 }),
    row('first page of a webhook, p50', 'ms', 'webhookPage', { most: 1.3 }),
    row('claim of 256, p50', 'ms', 'claim', { most: 1.3 }),
  ];
}

async function measureOn(stage: Stage, posthorn: Posthorn, receiver: Receiver, webhookId: string): Promise<Measured> {
  const { events } = stage.options;
  const run = await measureLoad(posthorn.targetOf(URPA), receiver, events, CLIENTS);
  const firstPage = await timePage(posthorn, {});
  const deepPage = await timePage(posthorn, { cursor: await findDeepCursor(posthorn) });
  const webhookPage = await timePage(posthorn, { webhook_id: webhookId });
  const claim = await measureClaim(posthorn);
  return { delivered: throughputOf(run), firstPage, deepPage, webhookPage, claim };
}

async function timePage(posthorn: Posthorn, query: DeliveryQuery): Promise<number> {
  const times: number[] = [];
  const { deliveries } = posthorn.ownerOf(URPA);
  for (let page = 0; page < PAGES; page++) {
    const begun = readClock();
    const { data } = await deliveries.list({ ...query, limit: PAGE_SIZE });
    times.push(readClock() - begun);
    if (data.length !== PAGE_SIZE) throw new Error(`${JSON.stringify(query)} gave no whole page`);
  }
  return percentile(times, 50);
}

async function findDeepCursor({ database }: Posthorn): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    `select id from deliveries where platform = 'urpa' and org_id = '' order by id
     offset (select count(*) / 10 from deliveries where platform = 'urpa') limit 1`,
  );
  return Buffer.from((rows[0]?.id ?? '').replaceAll('-', ''), 'hex').toString('base64url');
}

async function fillUp(stage: Stage, posthorn: Posthorn, { url }: Receiver, webhookId: string): Promise<void> {
  const history = stage.scale(1_000_000, 20_000);
  const open = stage.scale(50_000, 2_000);
  stage.say(`writing ${history} ended deliveries, ${open} held ones and ${open} in backoff`);
  const held = await posthorn.register(url, URPA_CONTACTS);
  await posthorn.ownerOf(URPA_CONTACTS).webhooks.pause(held);
  const failing = await posthorn.register(url, { ...URPA, eventType: 'contact.updated' });
  await fill(posthorn.database, 'history', webhookId, history);
  await fill(posthorn.database, 'held', held, open);
  await fill(posthorn.database, 'backoff', failing, open);
  await posthorn.database.query('vacuum analyze');
  await posthorn.database.query('checkpoint');
  await sleep(2000);
}
