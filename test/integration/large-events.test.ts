import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Parts } from '../crash/parts.ts';
import { eventually } from '../eventually.ts';
import { pause } from '../load.ts';
import { expectManageable } from '../management.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const MIB = 1024 * 1024;
const MAX_BYTES = 16 * MIB;
/** More than fit, but few enough that those that fit are sent long before PostgreSQL is given up. */
const REQUESTS = 24;
const EVENTS = '/api/urpa/events';

let folder: string;
let parts: Parts;
let system: System;
let receiver: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-test-large-'));
  parts = await Parts.start(folder);
});
afterAll(async () => {
  await parts.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const env = { POSTHORN_MAX_BYTES: String(MAX_BYTES), POSTHORN_BODY_LIMIT: String(5 * MIB) };
  [system, receiver] = await Promise.all([System.start({ stack: parts, env, retryUnit: '1s' }), startReceiver()]);
  await system.register(receiver.url);
});
afterEach(async () => {
  parts.thaw('postgres');
  await expectManageable(system);
  await receiver.close();
  await system.stop();
});

/** An event whose request has about this many bytes. */
function eventOf(bytes: number): string {
  return JSON.stringify({ event: 'activity.created', data: { text: 'x'.repeat(bytes - 100) } });
}

async function readHeldBytes(): Promise<number> {
  const metrics = await system.client.metrics();
  return Number(/^posthorn_body_bytes (\S+)$/m.exec(metrics)?.[1]);
}

/** Begins a request whose body does not arrive, or not completely. */
function beginEmit(headers: Record<string, string>, begin = ''): Promise<{ status?: number; retryAfter?: string }> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${system.adminKey}`;
    const emit = request(system.apiUrl + EVENTS, { method: 'POST', headers: { authorization, ...headers } });
    emit.on('response', (answer) => {
      resolve({ status: answer.statusCode!, retryAfter: answer.headers['retry-after']! });
      emit.destroy();
    });
    emit.on('error', reject);
    emit.flushHeaders();
    if (begin !== '') emit.write(begin);
  });
}

test('while PostgreSQL hangs, requests beyond the limit are refused unread, and the memory for bodies stays below it', async () => {
  await system.emit();
  parts.freeze('postgres');
  const event = eventOf(MIB);
  const emitting = Array.from({ length: REQUESTS }, () => system.call('POST', EVENTS, event));
  expect((await Promise.race(emitting)).body.code).toBe('overloaded');
  const held = readHeldBytes();
  const refused = { status: 503, retryAfter: '1' };
  expect(await beginEmit({ 'content-length': String(MIB) })).toEqual(refused);
  expect(await beginEmit({ 'transfer-encoding': 'chunked' }, 'x'.repeat(MIB))).toEqual(refused);
  const answers = await Promise.all(emitting);
  parts.thaw('postgres');
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(answers.every(({ headers }) => /^\d+$/.test(headers.get('retry-after')!))).toBe(true);
  expect(await held).toBeLessThanOrEqual(MAX_BYTES);
  expect(await held).toBeGreaterThan(MAX_BYTES - 2 * MIB);
  const waited = answers.filter(({ body }) => body.code === 'unavailable');
  expect(waited.length).toBeGreaterThan(8);
  expect(waited.length).toBeLessThanOrEqual(MAX_BYTES / MIB);
  expect(answers.filter(({ body }) => body.code === 'overloaded')).toHaveLength(REQUESTS - waited.length);
  expect(await readHeldBytes()).toBe(0);
  await eventually(() => system.emit().catch(() => null));
});

test('a worker holds no more payloads in memory than allowed, a few at a time, and all arrive', async () => {
  const [webhook] = await system.sql('select id from webhooks');
  await system.call('POST', `/api/urpa/integrations/webhooks/${String(webhook!['id'])}/pause`);
  const event = eventOf(4 * MIB);
  for (let count = 0; count < 64; count++) {
    expect((await system.call('POST', EVENTS, event)).status).toBe(202);
  }
  const answers: (() => void)[] = [];
  receiver.answer((_arrival, response) => void answers.push(() => response.writeHead(200).end()));
  await system.call('POST', `/api/urpa/integrations/webhooks/${String(webhook!['id'])}/resume`);
  await eventually(() => answers.length === MAX_BYTES / (4 * MIB));
  await pause(2_000);
  expect(answers).toHaveLength(MAX_BYTES / (4 * MIB));
  receiver.answer((_arrival, response) => void response.writeHead(200).end());
  for (const answer of answers) answer();
  await eventually(async () => (await system.sql('select from outbox')).length === 0, 60_000);
  const arrived = receiver.arrivals.map(({ headers }) => headers['webhook-id']);
  expect(new Set(arrived).size).toBe(64);
  expect(arrived).toHaveLength(64);
});

test("a workflow's retry of a large event sends the same bytes", async () => {
  receiver.answer((_arrival, response, count) => void response.writeHead(count === 1 ? 500 : 200).end());
  const [id] = await system.emit({ text: 'é'.repeat(MIB / 2) });
  expect(await system.reaches(id!, 'delivered')).toMatchObject({ attempts: 2 });
  const [first, second] = receiver.of(id!);
  expect(first!.body.length).toBeGreaterThan(MIB / 2);
  expect(second!.body === first!.body).toBe(true);
});
