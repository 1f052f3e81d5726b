import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Parts } from '../crash/parts.ts';
import { eventually } from '../eventually.ts';
import { expectDelivered, pause, startLoad } from '../load.ts';
import { expectManageable } from '../management.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

let folder: string;
let parts: Parts;
let system: System;
let receiver: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-test-outages-'));
  parts = await Parts.start(folder);
  [system, receiver] = await Promise.all([System.start({ stack: parts }), startReceiver()]);
  await system.register(receiver.url);
});
afterEach(() => expectManageable(system));
afterAll(async () => {
  await system.stop();
  await receiver.close();
  await parts.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a claim lost in a crash of PostgreSQL is made again, and deliveries in flight are not sent again', async () => {
  let answer: (() => void) | undefined;
  receiver.answer((_arrival, response) => void (answer = () => response.writeHead(200).end()));
  const [id] = await system.emit();
  await eventually(() => receiver.of(id!).length === 1);
  await system.sql('update outbox set claimed_by = null where delivery_id = $1', [id]);
  const isClaimed = 'select from outbox where delivery_id = $1 and claimed_by is not null';
  await eventually(async () => (await system.sql(isClaimed, [id])).length === 1);
  answer!();
  expect(await system.reaches(id!, 'delivered')).toMatchObject({ attempts: 1 });
  expect(receiver.of(id!)).toHaveLength(1);
  receiver.answer((_arrival, response) => response.writeHead(200).end());
});

test('claims whose response was lost while PostgreSQL hung are released, and everything arrives', async () => {
  const emitting = startLoad(system, 100);
  await pause(1_500);
  parts.freeze('postgres');
  await pause(6_500);
  parts.thaw('postgres');
  await pause(1_000);
  await expectDelivered(system, receiver, await emitting.stop(), 40_000);
  await eventually(async () => (await system.sql('select from outbox')).length === 0);
});

test('while PostgreSQL hangs, an emit gets a 503 with Retry-After and never hangs, and no restart is needed afterwards', async () => {
  parts.freeze('postgres');
  const answer = await system.call('POST', '/api/urpa/events', { event: 'activity.created', data: { id: '1' } });
  parts.thaw('postgres');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  const ids = await eventually(() => system.emit().catch(() => null));
  await expectDelivered(system, receiver, ids, 20_000);
});

test('however many statements PostgreSQL leaves unanswered, later ones work, and the API stops in order', async () => {
  const { id } = await system.register(receiver.url, { events: ['taskjuggler.synced'] });
  const change = () => system.call('PUT', `/api/urpa/integrations/webhooks/${id}`, { description: 'changed' });
  const changeOften = async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, change));
    return new Set(answers.map(({ status }) => status));
  };
  expect(await changeOften()).toEqual(new Set([200]));
  parts.freeze('postgres');
  const statuses = await changeOften();
  parts.thaw('postgres');
  expect(statuses).toEqual(new Set([503]));
  await expectManageable(system);
  system.api.kill('SIGTERM');
  expect(await once(system.api, 'exit')).toEqual([0, null]);
  await system.startApi();
});

test('an event refused with 503 while PostgreSQL hung is not stored later', async () => {
  const emit = async (number: number) => {
    const data = { id: `late-${number}` };
    return (await system.call('POST', '/api/urpa/events', { event: 'activity.created', data })).status;
  };
  expect(await emit(0)).toBe(202);
  parts.freeze('postgres');
  const answers = Promise.all(Array.from({ length: 40 }, (_, index) => emit(index + 1)));
  await pause(7_000);
  parts.thaw('postgres');
  const statuses = [202, ...(await answers)];
  await pause(1_000);
  const rows = await system.sql(
    `select distinct body::jsonb #>> '{data,id}' as id from events where body like '%"late-%'`,
  );
  const stored = rows.map((row) => row['id'] as string);
  expect(statuses).toContain(503);
  const accepted = statuses.flatMap((status, number) => (status === 202 ? [`late-${number}`] : []));
  expect(stored.toSorted()).toEqual(accepted.toSorted());
});
