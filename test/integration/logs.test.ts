import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startProxy, type Proxy } from '../proxy.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

interface Line {
  process: string;
  level: number;
  msg: string;
  [name: string]: unknown;
}

let folder: string;
let system: System;
let receiver: Receiver;
let proxy: Proxy;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-logs-'));
  const log = openSync(join(folder, 'log'), 'a');
  [system, receiver] = await Promise.all([System.start({ workers: 0, log }), startReceiver()]);
  proxy = await startProxy(system.databaseUrl);
  await system.startWorker({ DATABASE_URL: proxy.url });
});
afterAll(async () => {
  await system.stop();
  await Promise.all([proxy.close(), receiver.close()]);
  rmSync(folder, { recursive: true });
});

function read(): Line[] {
  const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line);
}

const find = (text: string, process: string) => read().filter((line) => line.msg === text && line.process === process);

test('SIGUSR2 switches to debug, where each request and each attempt has a line with its ids, and back', async () => {
  const { id: webhook } = await system.register(receiver.url);
  const processes = [system.api, ...system.workers];
  for (const child of processes) child.kill('SIGUSR2');
  await eventually(() => read().filter((line) => line['level_name'] === 'debug').length === processes.length);
  const answer = await system.call(
    'POST',
    '/api/urpa/events',
    { event: 'activity.created', data: { id: '1' } },
    { 'x-request-id': 'my-request' },
  );
  const delivery = answer.body.deliveries[0].id as string;
  await system.reaches(delivery, 'delivered');
  const [attempt] = await eventually(() => {
    const found = find('attempt recorded', 'worker');
    return found.length > 0 && found;
  });
  expect(attempt).toMatchObject({ delivery, webhook, number: 1, status: 200, error: null, state: 'delivered' });
  const request = find('request answered', 'api').find((line) => line['request'] === 'my-request');
  expect(request).toMatchObject({ method: 'post', path: '/api/urpa/events', status: 202 });

  for (const child of processes) child.kill('SIGUSR2');
  await eventually(() => read().filter((line) => line['level_name'] === 'warn').length === processes.length);
  const before = read().length;
  const [again] = await system.emit();
  await system.reaches(again!, 'delivered');
  expect(read()).toHaveLength(before);
});

test('an error response has the id of its request, that of the client or a new one', async () => {
  const own = await system.call('GET', '/api/urpa/webhooks/events/none', undefined, { 'x-request-id': 'my-404' });
  expect([own.status, own.headers.get('x-request-id')]).toEqual([404, 'my-404']);
  const given = await system.call('POST', '/api/urpa/events', '{', { 'x-request-id': 'no id' });
  expect([given.status, given.headers.get('x-request-id')]).toEqual([400, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});

test('what a person acts on has one line, with its ids', async () => {
  receiver.answer(status(410));
  const { id: webhook } = await system.register(receiver.url, { events: ['activity.completed'] });
  const [delivery] = await system.emit({ id: '1' }, 'activity.completed');
  await eventually(() => find('webhook turned off: its receiver answered 410', 'worker').length > 0);
  expect(find('webhook turned off: its receiver answered 410', 'worker')).toMatchObject([
    { level: 40, webhook, delivery },
  ]);
});

test('an outage of PostgreSQL is one line, then one every ten seconds, and no stack twice', async () => {
  const from = read().length;
  proxy.freeze();
  const summary = await eventually(() => find('PostgreSQL does not answer: retrying', 'worker')[0], 40_000);
  proxy.thaw();
  expect(Object.keys(summary['messages'] as object).length).toBeGreaterThan(1);
  const lines = read()
    .slice(from)
    .filter((line) => line.process === 'worker' && 'err' in line);
  const stacks = lines.flatMap((line) => (line['err'] as { stack?: string }).stack ?? []);
  expect(stacks.length).toBeGreaterThan(0);
  expect(new Set(stacks).size).toBe(stacks.length);
  expect(lines.length).toBeLessThanOrEqual(4);
});
