import { afterEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { expectDelivered, pause, startLoad } from '../load.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';

let system: System;
let receiver: Receiver;

afterEach(async () => {
  await system.stop();
  await receiver.close();
});

async function set(options: Parameters<typeof System.start>[0] = {}): Promise<void> {
  [system, receiver] = await Promise.all([System.start(options), startReceiver()]);
  await system.register(receiver.url);
}

test('kill -9 of the worker under load: another one takes over, nothing is lost', async () => {
  await set({ workers: 2 });
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 50));
  const emitting = startLoad(system, 100);
  await pause(2_000);
  await crash(system.workers[0]!);
  const killedAt = Date.now();
  await pause(2_000);
  const ids = await emitting.stop();
  await expectDelivered(system, receiver, ids, 15_000 - (Date.now() - killedAt));
  expect(ids.length).toBeGreaterThan(100);
  const extra = receiver.arrivals.length - ids.length;
  console.info(`accepted ${ids.length}, duplicates ${extra}`);
  expect(extra).toBeLessThan(100);
});

test('kill -9 of the only worker: its successor finds what it left within 10 s', async () => {
  await set();
  receiver.answer(() => {});
  const [id] = await system.emit();
  await eventually(() => receiver.of(id!).length === 1);
  await crash(system.workers[0]!);
  receiver.answer((_arrival, response) => response.writeHead(200).end());
  const restarted = Date.now();
  await system.startWorker();
  await system.reaches(id!, 'delivered', 12_000);
  console.info(`taken over ${Date.now() - restarted} ms after the restart`);
  expect(receiver.of(id!)).toHaveLength(2);
});

test('kill -9 of the API under load: everything that got a 202 arrives', async () => {
  await set();
  const emitting = startLoad(system, 100);
  await pause(1_000);
  await crash(system.api);
  await system.startApi();
  await pause(1_000);
  const ids = await emitting.stop();
  await expectDelivered(system, receiver, ids, 15_000);
  expect(ids.length).toBeGreaterThan(50);
});

test('SIGTERM of the worker lets attempts in flight finish', async () => {
  await set();
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 2_000));
  const [id] = await system.emit();
  await eventually(() => receiver.of(id!).length === 1);
  const worker = system.workers[0]!;
  worker.kill('SIGTERM');
  await eventually(() => worker.exitCode !== null, 30_000);
  expect(worker.exitCode).toBe(0);
  expect(await system.delivery(id!)).toMatchObject({ status: 'delivered', attempts: 1 });
  expect(receiver.of(id!)).toHaveLength(1);
});

test('SIGTERM of a worker with a backlog gives back what has not begun: each arrives once', async () => {
  await set();
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 1_000));
  const events = Array.from({ length: 300 }, (_, index) => ({
    event: 'activity.created',
    data: { id: String(index) },
  }));
  const batch = await system.call('POST', '/api/urpa/events/batch', { events });
  const ids = batch.body.results.map((result: { deliveries: { id: string }[] }) => result.deliveries[0]!.id);
  await eventually(() => receiver.arrivals.length >= 50);
  const worker = system.workers[0]!;
  worker.kill('SIGTERM');
  await eventually(() => worker.exitCode !== null, 30_000);
  expect(receiver.arrivals.length).toBeLessThan(300);
  expect(await system.sql('select count(*)::int as n from outbox where claimed_by is not null')).toEqual([{ n: 0 }]);
  await system.startWorker();
  await expectDelivered(system, receiver, ids, 20_000);
  expect(receiver.arrivals).toHaveLength(300);
});

test('a frozen worker loses its claims and sends nothing twice after it thaws', async () => {
  await set({ workers: 2, retryUnit: '60s' });
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 30));
  const emitting = startLoad(system, 50);
  await pause(1_500);
  const frozen = system.workers[0]!;
  frozen.kill('SIGSTOP');
  await pause(9_000);
  const ids = await emitting.stop();
  await expectDelivered(system, receiver, ids, 10_000);
  const before = receiver.arrivals.length;
  frozen.kill('SIGCONT');
  await pause(3_000);
  expect(receiver.arrivals.length).toBe(before);
  const [late] = await system.emit();
  await system.reaches(late!, 'delivered');
});
