import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { countStatus, ONE_ATTEMPT } from '../failures.ts';
import { listenTo, POSTHORN, told } from '../operational.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';

const FAILURES = 400;
const LISTENERS = 10;

let system: System;
let pager: Receiver;
let failing: Receiver;

beforeAll(async () => {
  [system, pager, failing] = await Promise.all([System.start({ workers: 2 }), startReceiver(), startReceiver()]);
});
afterAll(async () => {
  await system.stop();
  await Promise.all([pager.close(), failing.close()]);
});

test('each failure of a flood is told once to each of ten webhooks, although workers are killed, and recovery once', async () => {
  const { id } = await system.register(failing.url, ONE_ATTEMPT);
  for (let count = 0; count < LISTENERS; count++) await listenTo(system, pager);
  const refused = await system.call('POST', `${POSTHORN}/webhooks`, { url: pager.url, events: ['delivery.failed'] });
  expect(refused.status).toBe(409);

  failing.answer(status(500));
  const ids: string[] = [];
  for (let count = 0; count < FAILURES; count += 100) {
    const events = Array.from({ length: 100 }, () => ({ event: 'activity.created', data: { id: '1' } }));
    const { body } = await system.call('POST', '/api/urpa/events/batch', { events });
    for (const { deliveries } of body.results) ids.push(deliveries[0].id);
  }
  await eventually(() => failing.arrivals.length > FAILURES / 4);
  await crash(system.livingWorkers()[0]!);
  await system.startWorker();
  await eventually(() => failing.arrivals.length > FAILURES / 2);
  await crash(system.livingWorkers()[0]!);
  await eventually(async () => (await countStatus(system, 'failed', ids)) === FAILURES, 60_000);

  const failed = await system.sql(`select body from events where platform = 'posthorn'`);
  const named = failed.map(({ body }) => JSON.parse(body as string).data.delivery.id as string);
  expect(named.toSorted()).toEqual(ids.toSorted());
  const all = `select count(*)::int as n from deliveries where platform = 'posthorn' and status = 'delivered'`;
  await eventually(async () => (await system.sql(all))[0]!['n'] === FAILURES * LISTENERS, 60_000);

  failing.answer(status(200));
  await Promise.all(Array.from({ length: 50 }, () => system.emit()));
  await eventually(() => told(pager, id).filter(({ event }) => event === 'webhook.recovered').length === LISTENERS);
  const recoveries = `select 1 from events where platform = 'posthorn' and event_type = 'webhook.recovered'`;
  await eventually(async () => (await system.sql('select 1 from outbox')).length === 0);
  expect(await system.sql(recoveries)).toHaveLength(1);
}, 180_000);
