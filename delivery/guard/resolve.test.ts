import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createResolver, type Resolve, type ResolverOptions } from './resolve.ts';

const A = 1;
const TYPE_BYTES: Record<number, number> = { [A]: 4, 28: 16 };

interface Zone {
  /** The answer's bytes by record type. */
  records: Record<number, number[]>;
  ttl: number;
}

/** Names that it has are answered, `silent.…` is not, everything else does not exist. */
let zones: Map<string, Zone>;
let asked: string[];
let server: Socket;
let folder: string;

beforeEach(async () => {
  zones = new Map();
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'posthorn-hosts-'));
  server = createSocket('udp4');
  server.on('message', (message, from) => {
    const { name, type, end } = readQuestion(message);
    if (type === A) asked.push(name);
    if (name.startsWith('silent')) return;
    server.send(answer(message.subarray(0, end), zones.get(name), type), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function answer(question: Buffer, zone: Zone | undefined, type: number): Buffer {
  const bytes = zone?.records[type];
  const head = Buffer.from(question);
  head.writeUInt16BE(zone ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(bytes ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  if (!zone || !bytes) return head;
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(zone.ttl, 6);
  record.writeUInt16BE(TYPE_BYTES[type]!, 10);
  return Buffer.concat([head, record, Buffer.from(bytes)]);
}

function create(options: ResolverOptions = {}): Resolve {
  return createResolver({
    servers: [`127.0.0.1:${server.address().port}`],
    hostsFile: join(folder, 'hosts'),
    timeoutMs: 500,
    ...options,
  });
}

const ipv4 = (ttl: number): Zone => ({ records: { [A]: [192, 0, 2, 1] }, ttl });

test('a name is resolved while forty others are not answered', async () => {
  zones.set('healthy.example', ipv4(60));
  const resolve = create();
  const settled: string[] = [];
  const note = (name: string) => () => void settled.push(name);
  const dead = Array.from({ length: 40 }, (_, index) => resolve(`silent${index}.example`).catch(note('dead')));
  await resolve('healthy.example').then(note('healthy'));
  await Promise.all(dead);
  expect(settled[0]).toBe('healthy');
  expect(settled).toHaveLength(41);
});

test('both families are given, IPv4 first', async () => {
  const address = [0x20, 0x01, 0x0d, 0xb8, ...Array.from({ length: 11 }, () => 0), 1];
  zones.set('both.example', { records: { [A]: [192, 0, 2, 1], 28: address }, ttl: 60 });
  expect(await create()('Both.Example.')).toEqual([
    { address: '192.0.2.1', family: 4 },
    { address: '2001:db8::1', family: 6 },
  ]);
});

test('an answer is used for its TTL, and a failure for a few seconds', async () => {
  zones.set('short.example', ipv4(1));
  const resolve = create();
  await resolve('short.example');
  await resolve('short.example');
  expect(asked).toEqual(['short.example']);
  await new Promise((done) => setTimeout(done, 1_100));
  await resolve('short.example');
  expect(asked).toEqual(['short.example', 'short.example']);
  await expect(resolve('missing.example')).rejects.toThrow();
  const before = asked.length;
  await expect(resolve('missing.example')).rejects.toThrow();
  expect(asked).toHaveLength(before);
});

test('what does not exist is told from what is not answered', async () => {
  const resolve = create();
  await expect(resolve('missing.example')).rejects.toMatchObject({ code: 'ENOTFOUND', hostname: 'missing.example' });
  await expect(resolve('silent.example')).rejects.toMatchObject({ code: 'EAI_AGAIN', hostname: 'silent.example' });
});

test('the hosts file comes before DNS, and localhost is never asked for', async () => {
  writeFileSync(join(folder, 'hosts'), '192.0.2.7 inside.example alias # comment\n::1 inside.example\n');
  const resolve = create();
  expect(await resolve('inside.example')).toEqual([
    { address: '192.0.2.7', family: 4 },
    { address: '::1', family: 6 },
  ]);
  expect(await resolve('alias')).toEqual([{ address: '192.0.2.7', family: 4 }]);
  expect(await resolve('app.localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
  expect(asked).toEqual([]);
});

test('no more names are asked for at once than allowed', async () => {
  const resolve = create({ maxQueries: 2 });
  const dead = [1, 2].map((index) => resolve(`silent${index}.example`).catch(() => 'late'));
  await expect(resolve('healthy.example')).rejects.toMatchObject({ code: 'EAI_AGAIN' });
  expect(asked.filter((name) => name === 'healthy.example')).toEqual([]);
  await Promise.all(dead);
});
