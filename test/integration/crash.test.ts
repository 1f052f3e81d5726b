import { afterEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { expectDelivered } from '../load.ts';
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

test('kill -9 of the only worker: its successor delivers what it left within 10 s', async () => {
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

test('SIGTERM of a worker with a backlog releases deliveries that have not begun; each arrives once', async () => {
  await set();
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 1_000));
  const ids = await emitBatch(300);
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

test('four workers on one database deliver each event once', async () => {
  await set({ workers: 4 });
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 20));
  const ids = (await Promise.all([1, 2, 3].map(() => emitBatch(1_000)))).flat();
  await expectDelivered(system, receiver, ids, 60_000);
  expect(receiver.arrivals).toHaveLength(3_000);
});

test('two workers share the work', async () => {
  await set({ workers: 2 });
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 200));
  const ids = await emitBatch(1_000);
  await eventually(async () => {
    const [row] = await system.sql('select count(distinct claimed_by)::int as n from outbox');
    return row!['n'] === 2;
  });
  await expectDelivered(system, receiver, ids, 60_000);
  expect(receiver.arrivals).toHaveLength(1_000);
});

async function emitBatch(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) => ({
    event: 'activity.created',
    data: { id: String(index) },
  }));
  const batch = await system.call('POST', '/api/urpa/events/batch', { events });
  return batch.body.results.map((result: { deliveries: { id: string }[] }) => result.deliveries[0]!.id);
}
