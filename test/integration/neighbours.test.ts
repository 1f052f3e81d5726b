import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Answer, type Receiver } from '../receiver.ts';
import { startSilentDns, type SilentDns } from '../silent-dns.ts';
import { System } from '../system.ts';

const HANGING = 300;
const FAILING = 100;
const FLOODED = 1_500;
const MEASURED = 40;
const DEAD_NAMES = 40;

let system: System;
let dns: SilentDns;
const receivers: Receiver[] = [];

beforeAll(async () => {
  dns = await startSilentDns();
  const env = { POSTHORN_ATTEMPT_TIMEOUT: '2s', POSTHORN_MAX_IN_FLIGHT: '256', POSTHORN_DNS_SERVERS: dns.address };
  system = await System.start({ env });
});
afterAll(async () => {
  await system.stop();
  dns.close();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

const baseOf = (organization: string) => `/api/coordinator/organizations/${organization}`;

async function register(
  organization: string,
  answer: Answer,
  limits = {},
): Promise<{ id: string; receiver: Receiver }> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  receiver.answer(answer);
  const fields = { url: receiver.url, events: ['contact.created'], limits };
  const { body } = await system.call('POST', `${baseOf(organization)}/webhooks`, fields);
  return { id: body.id, receiver };
}

async function emit(organization: string, count: number): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) => ({
    event: 'contact.created',
    data: { id: String(index) },
  }));
  const path = `${baseOf(organization)}/events/batch`;
  const answers = await Promise.all(
    Array.from({ length: Math.ceil(count / 500) }, (_, part) =>
      system.call('POST', path, { events: events.slice(part * 500, (part + 1) * 500) }),
    ),
  );
  return answers.flatMap(({ body }) =>
    body.results.map((item: { deliveries: { id: string }[] }) => item.deliveries[0]!.id),
  );
}

const claimedOf = async (webhookId: string) =>
  (await system.sql('select 1 from outbox where webhook_id = $1 and claimed_by is not null', [webhookId])).length;

const laneOf = async (id: string) => (await system.call('GET', `/api/dashboard/webhooks/${id}`)).body.lane;

test('while one webhook hangs, one fails and one is flooded, a fourth gets all its events', async () => {
  const never: Answer = () => undefined;
  const slowly: Answer = (_arrival, response) => void setTimeout(() => response.end(), 50);
  const hanging = await register('hanging', never);
  const failing = await register('failing', status(500));
  const flooded = await register('flooded', slowly, { concurrency: 4 });
  const measured = await register('measured', status(200));

  await Promise.all([emit('hanging', HANGING), emit('failing', FAILING), emit('flooded', FLOODED)]);
  const expected: string[] = [];
  for (let count = 0; count < MEASURED; count++) {
    expected.push(...(await emit('measured', 1)));
    await sleep(50);
  }
  await eventually(() => measured.receiver.arrivals.length >= MEASURED);
  expect(flooded.receiver.arrivals.length).toBeLessThan(FLOODED);
  expect(hanging.receiver.arrivals.length).toBeLessThan(HANGING);
  const arrived = measured.receiver.arrivals.map(({ headers }) => headers['webhook-id']);
  expect(arrived.toSorted()).toEqual(expected.toSorted());

  await eventually(async () => (await laneOf(flooded.id))?.state === 'full');
  await eventually(async () => (await laneOf(hanging.id))?.state === 'probing');
  expect(await laneOf(hanging.id)).toMatchObject({ concurrency: 4, limit: 100, workers: 1 });
  expect(await laneOf(failing.id)).toMatchObject({
    state: 'slowed',
    reason: expect.stringContaining('failed; 16 at once'),
  });
  expect(await laneOf(measured.id)).toBeNull();
  await eventually(async () => (await claimedOf(hanging.id)) <= 8);
  await eventually(() => failing.receiver.arrivals.length >= FAILING);
  await eventually(() => flooded.receiver.arrivals.length >= FLOODED, 60_000);
  expect(flooded.receiver.arrivals).toHaveLength(FLOODED);
});

test('a rate limit is kept, and everything arrives', async () => {
  const { receiver } = await register('rated', status(200), { rate: 20 });
  await emit('rated', 60);
  await eventually(() => receiver.arrivals.length >= 60);
  const [first, last] = [receiver.arrivals[0]!, receiver.arrivals[59]!];
  expect(last.at - first.at).toBeGreaterThanOrEqual(1_900);
});

test('forty host names without a DNS answer do not delay a webhook with a known name', async () => {
  const known = await startReceiver();
  receivers.push(known);
  const register = (organization: string, host: string) => {
    const fields = { url: known.url.replace('127.0.0.1', host), events: ['contact.created'] };
    return system.call('POST', `${baseOf(organization)}/webhooks`, fields);
  };
  for (let index = 0; index < DEAD_NAMES; index++) await register('unknown', `name-${index}.dead.test`);
  await register('known', 'localhost');

  await emit('unknown', 1);
  await eventually(() => dns.queries >= DEAD_NAMES);
  const [delivery] = await emit('known', 1);
  await eventually(() => known.of(delivery!).length > 0);
  const failed = async () =>
    await system.sql(`
      select min(finished_at) as first, count(*)::int as count from (
        select a.started_at + a.duration_ms * interval '1 ms' as finished_at from attempts a
        join deliveries d on d.id = a.delivery_id where d.org_id = 'unknown' and a.error_message is not null
      ) failures`);
  await eventually(async () => (await failed())[0]!['count'] === DEAD_NAMES);
  expect((await failed())[0]!['first']).toSatisfy((first: Date) => first.getTime() > known.arrivals[0]!.at);
});
