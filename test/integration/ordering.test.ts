import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { LineWatch } from '../line-watch.ts';
import { ONE_ATTEMPT } from '../failures.ts';
import { pause } from '../load.ts';
import { crash, System } from '../system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const EVENTS = '/api/urpa/events';
const BY_ID = { ordering: { key: 'data.id' } };

let system: System;
let watch: LineWatch;
let webhook: { id: string };
beforeAll(async () => {
  system = await System.start({ workers: 2, retryUnit: '100ms' });
});
beforeEach(async () => {
  watch = await LineWatch.start();
  webhook = await system.register(watch.receiver.url, BY_ID);
});
afterEach(async () => {
  await system.call('DELETE', `${WEBHOOKS}/${webhook.id}`);
  await watch.receiver.close();
});
afterAll(() => system.stop());

const emit = async (id: unknown, number: number) => (await system.emit({ id, number }))[0]!;
const detail = async (id: string) => (await system.call('GET', `/api/urpa/webhooks/events/${id}`)).body;
const untilEmpty = () =>
  eventually(async () => {
    const rows = await system.sql('select delivery_id, due_at::text, claimed_by from outbox limit 3');
    if (rows.length > 0) throw new Error(`still in the outbox: ${JSON.stringify(rows)}`);
    return true;
  }, 60_000);

/** Emits events of this many keys, those of one key one after the other. */
async function emitLines(keys: number, each: number): Promise<void> {
  const line = async (key: number) => {
    for (let number = 0; number < each; number++) await emit(`key-${key}`, number);
  };
  await Promise.all(Array.from({ length: keys }, (_, key) => line(key)));
}

test('deliveries of one key go out one after the other, in order, also when some fail first', async () => {
  watch.statusOf = ({ number }, before) => (number % 5 === 2 && before === 0 ? 500 : 200);
  await emitLines(12, 15);
  await untilEmpty();
  expect(watch.faults).toEqual([]);
  for (let key = 0; key < 12; key++) {
    const wanted = Array.from({ length: 15 }, (_, number) => (number % 5 === 2 ? [number, number] : [number])).flat();
    expect(watch.numbersOf(`key-${key}`)).toEqual(wanted);
  }
});

test('a batch keeps its order, and other keys, values and webhooks do not wait', async () => {
  watch.statusOf = ({ key, number }, before) => (key === 'stuck' && number === 0 && before < 2 ? 500 : 200);
  const data = [
    { id: 'stuck', number: 0 },
    ...Array.from({ length: 40 }, (_, number) => ({ id: `n${number % 4}`, number })),
    { id: 'stuck', number: 1 },
    { id: null, number: 0 },
    { number: 0 },
  ];
  const events = data.map((each) => ({ event: 'activity.created', data: each }));
  const answer = await system.call('POST', `${EVENTS}/batch`, { events });
  expect(answer.status).toBe(202);
  const ids = (answer.body.results as { deliveries: { id: string }[] }[]).map(({ deliveries }) => deliveries[0]!.id);
  await untilEmpty();
  expect(watch.faults).toEqual([]);
  for (let key = 0; key < 4; key++) {
    expect(watch.numbersOf(`n${key}`)).toEqual(Array.from({ length: 10 }, (_, index) => index * 4 + key));
  }
  expect(watch.numbersOf('stuck')).toEqual([0, 0, 0, 1]);
  const order = watch.visits.map(({ delivery }) => delivery);
  for (const id of ids.slice(1, 41)) expect(order.indexOf(id)).toBeLessThan(order.lastIndexOf(ids[0]!));
});

test('a delivery that waits says for which, cannot be retried, and goes out when that one has ended', async () => {
  watch.statusOf = ({ number }) => (number === 0 ? 500 : 200);
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, {
    retry_policy: { maximum_attempts: 2, initial_interval: 3_600 },
  });
  const [first, second, third] = [await emit('a', 0), await emit('a', 1), await emit('a', 2)];
  await system.reaches(first, 'retrying');
  expect(await detail(third)).toMatchObject({
    status: 'pending',
    waits_for: first,
    next_attempt_at: null,
    schedule: [],
  });
  expect((await system.call('GET', `/api/dashboard/deliveries/${first}`)).body).toMatchObject({
    waits_for: null,
    waited_for_by: 2,
  });
  expect(await system.retry(second)).toMatchObject({ status: 409, body: { code: 'waits_in_line' } });
  const listed = await system.call('GET', `/api/urpa/webhooks/events?status=pending&webhook_id=${webhook.id}`);
  expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([third, second]);

  expect((await system.call('POST', `/api/urpa/webhooks/events/${second}/cancel`)).status).toBe(200);
  expect((await detail(third)).waits_for).toBe(first);
  expect((await system.retry(first)).status).toBe(202);
  await system.reaches(first, 'failed');
  await system.reaches(third, 'delivered');
  expect(watch.numbersOf('a')).toEqual([0, 0, 2]);
});

test('cancelling the first in line lets the next one go', async () => {
  watch.statusOf = ({ number }) => (number === 0 ? 500 : 200);
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { retry_policy: { initial_interval: 3_600 } });
  const [first, second] = [await emit('b', 0), await emit('b', 1)];
  await system.reaches(first, 'retrying');
  expect((await system.call('POST', `/api/urpa/webhooks/events/${first}/cancel`)).status).toBe(200);
  await system.reaches(second, 'delivered');
});

test('a retry of what has ended joins the end of the line', async () => {
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, ONE_ATTEMPT);
  watch.statusOf = ({ number }, before) => (number === 0 && before === 0 ? 500 : 200);
  const failed = await emit('c', 0);
  await system.reaches(failed, 'failed');
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, {
    retry_policy: { maximum_attempts: 2, initial_interval: 3_600 },
  });
  watch.statusOf = ({ number }, before) => (number === 1 && before === 0 ? 500 : 200);
  const head = await emit('c', 1);
  await system.reaches(head, 'retrying');
  expect(await system.retry(failed)).toMatchObject({ status: 202, body: { next_attempt_at: null } });
  expect((await detail(failed)).waits_for).toBe(head);
  await system.retry(head);
  await system.reaches(failed, 'delivered');
  expect(watch.numbersOf('c')).toEqual([0, 1, 1, 0]);
});

test('a pause holds the line, and a resume goes on in order', async () => {
  await emit('d', 0);
  await untilEmpty();
  await system.call('POST', `${WEBHOOKS}/${webhook.id}/pause`);
  await Promise.all([0, 1, 2].map((line) => emitLine(`paused-${line}`, 1, 8)));
  expect(watch.visits).toHaveLength(1);
  await system.call('POST', `${WEBHOOKS}/${webhook.id}/resume`);
  await Promise.all([0, 1, 2].map((line) => emitLine(`paused-${line}`, 8, 12)));
  await untilEmpty();
  expect(watch.faults).toEqual([]);
  for (let line = 0; line < 3; line++) {
    expect(watch.numbersOf(`paused-${line}`)).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
  }
});

test('what waits in line after a resume has no next attempt yet', async () => {
  watch.statusOf = () => 500;
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { retry_policy: { initial_interval: 3_600 } });
  await system.call('POST', `${WEBHOOKS}/${webhook.id}/pause`);
  const [first, second] = [await emit('i', 0), await emit('i', 1)];
  await system.call('POST', `${WEBHOOKS}/${webhook.id}/resume`);
  await system.reaches(first, 'retrying');
  await system.reaches(second, 'pending');
  expect(await detail(second)).toMatchObject({ waits_for: first, next_attempt_at: null });
});

test('pauses and resumes under load lose nothing and keep the order', async () => {
  const emitting = emitLines(6, 25);
  for (let times = 0; times < 5; times++) {
    await pause(100);
    await system.call('POST', `${WEBHOOKS}/${webhook.id}/pause`);
    await pause(50);
    await system.call('POST', `${WEBHOOKS}/${webhook.id}/resume`);
  }
  await emitting;
  await untilEmpty();
  expect(watch.faults).toEqual([]);
  expect(watch.visits).toHaveLength(150);
});

test('turning the webhook off cancels the whole line', async () => {
  watch.statusOf = () => 500;
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { retry_policy: { initial_interval: 3_600 } });
  const ids = [await emit('e', 0), await emit('e', 1), await emit('e', 2)];
  await system.reaches(ids[0]!, 'retrying');
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { active: false });
  await untilEmpty();
  for (const id of ids) expect((await detail(id)).status).toBe('cancelled');
  expect(watch.numbersOf('e')).toEqual([0]);
});

test('without the option, what is in line keeps its order and what comes later goes out at once', async () => {
  watch.statusOf = ({ number }, before) => (number === 0 && before === 0 ? 500 : 200);
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { retry_policy: { initial_interval: 3_600 } });
  const [first, second] = [await emit('f', 0), await emit('f', 1)];
  await system.reaches(first, 'retrying');
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { ordering: null });
  const later = await emit('f', 2);
  await system.reaches(later, 'delivered');
  expect((await detail(second)).waits_for).toBe(first);
  await system.retry(first);
  await system.reaches(second, 'delivered');
});

test('kill -9 of workers keeps the order: never two of a key in flight', async () => {
  const emitting = emitLines(10, 20);
  for (let kills = 0; kills < 3; kills++) {
    await pause(150 + Math.random() * 300);
    const [victim] = system.livingWorkers();
    await crash(victim!);
    await system.startWorker();
  }
  await emitting;
  await untilEmpty();
  expect(watch.faults).toEqual([]);
  for (let key = 0; key < 10; key++) {
    const firsts = [...new Set(watch.numbersOf(`key-${key}`))];
    expect(firsts).toEqual(Array.from({ length: 20 }, (_, number) => number));
  }
});

test('while a transaction keeps the lock of one webhook, others go on, and its own line goes on afterwards', async () => {
  await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { events: ['activity.created'] });
  const other = await system.register(`${watch.receiver.url}/other`, BY_ID);
  await system.call('PUT', `${WEBHOOKS}/${other.id}`, { events: ['contact.created'] });
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  const waiting: string[] = [];
  try {
    await client.query('begin');
    await client.query('select posthorn_lock_order($1)', [other.id]);
    for (let number = 0; number < 3; number++) {
      waiting.push(...(await system.emit({ id: 'g', number }, 'contact.created')));
      await system.reaches(await emit('h', number), 'delivered');
    }
    expect(watch.numbersOf('g')).toEqual([]);
  } finally {
    await client.end();
  }
  for (const id of waiting) await system.reaches(id, 'delivered');
  expect(watch.numbersOf('g')).toEqual([0, 1, 2]);
  expect(watch.faults).toEqual([]);
  expect(await system.sql('select from line_checks')).toEqual([]);
  await system.call('DELETE', `${WEBHOOKS}/${other.id}`);
});

test('events of many ordered webhooks are accepted and recorded side by side', async () => {
  for (let count = 0; count < 20; count++) {
    const orgId = `ordered-${count % 5}`;
    const fields = { url: `${watch.receiver.url}?${count}`, events: ['contact.created'], ...BY_ID };
    await system.call('POST', `/api/coordinator/organizations/${orgId}/webhooks`, fields);
  }
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, index) =>
      system.call('POST', `/api/coordinator/organizations/ordered-${index % 5}/events`, {
        event: 'contact.created',
        data: { id: `k${index % 7}`, number: 0 },
      }),
    ),
  );
  expect(answers.filter((answer) => answer.status !== 202)).toEqual([]);
  await untilEmpty();
  expect(watch.visits).toHaveLength(300 * 4);
  expect(watch.faults).toEqual([]);
  const [row] = await system.sql(
    `select count(*)::int as n from deliveries where attempts <> 1 and org_id like 'ordered-%'`,
  );
  expect(row).toEqual({ n: 0 });
});

test.each([
  ['id', 'must be a path'],
  ['data', 'must be a path'],
  ['data..id', 'must be a path'],
])('the key %s is refused', async (key, message) => {
  const { status, body } = await system.call('PUT', `${WEBHOOKS}/${webhook.id}`, { ordering: { key } });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ path: 'ordering.key', message: expect.stringContaining(message) }]);
});

async function emitLine(key: string, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) await emit(key, number);
}
