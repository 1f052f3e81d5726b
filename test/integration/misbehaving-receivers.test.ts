import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliveryDetail } from '../../clients/typescript/src/index.ts';
import { drip, listen, serve, serveRaw } from '../local-servers.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

interface Expected {
  status: 'delivered' | 'retrying' | 'failed';
  code: number | null;
  error: RegExp | null;
  /** Minutes to the next attempt. The schedule's first delay is 2. */
  minutes?: number;
}

const GIGABYTE = 2 ** 30;
const delivered = (code: number): Expected => ({ status: 'delivered', code, error: null });
const retrying = (code: number | null, error: RegExp, minutes = 2): Expected => ({
  status: 'retrying',
  code,
  error,
  minutes,
});
const answer = (code: number, headers: Record<string, string> = {}) =>
  serve((_request, response) => response.writeHead(code, headers).end());
const later = (retryAfter: string) => answer(429, { 'retry-after': retryAfter });
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();

/** The behaviour of a receiver and the expected history. */
const KINDS: [string, () => Promise<string>, Expected][] = [
  ['never answers', () => serveRaw(() => undefined), retrying(null, /no answer within 2 s/)],
  ['answers a byte at a time', () => serveRaw((socket) => slowly(socket)), delivered(200)],
  [
    'sends endless headers',
    () =>
      serveRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        drip(socket, `a: ${'b'.repeat(8_000)}\r\n`);
      }),
    retrying(null, /headers of the answer are larger than 16 KiB/),
  ],
  ['sends a gigabyte', () => serve(sendGigabyte), delivered(200)],
  [
    'sends a gzip bomb',
    () => serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB)),
    delivered(200),
  ],
  [
    'closes in the middle of its answer',
    () => serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')),
    delivered(200),
  ],
  ['resets the connection', () => serveRaw((socket) => socket.resetAndDestroy()), retrying(null, /was reset/)],
  ['has a self-signed certificate', serveSelfSigned, retrying(null, /TLS certificate: self-signed/)],
  ['redirects to itself', () => serve(redirectToSelf), retrying(302, /redirect to .* not followed/)],
  [
    'redirects to a private address',
    () => answer(307, { location: 'http://10.0.0.1/hook' }),
    retrying(307, /redirect to .* not followed/),
  ],
  ['answers 204', () => answer(204), delivered(204)],
  [
    'answers 103 and 102 before 200',
    () =>
      serve((_, response) => {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.writeProcessing();
        response.end();
      }),
    delivered(200),
  ],
  ['answers 101', () => serveRaw(switchProtocols), retrying(null, /the connection was closed/)],
  ['answers 304', () => answer(304), retrying(304, /status 304/)],
  ['answers 410', () => answer(410), { status: 'failed', code: 410, error: /status 410/ }],
  ['asks for 10 minutes', () => later('600'), retrying(429, /status 429/, 10)],
  ['asks for 10 minutes by a date', () => later(inMinutes(10)), retrying(429, /status 429/, 10)],
  ['asks for a time in the past', () => later(inMinutes(-10)), retrying(429, /status 429/)],
  ['asks for three hundred years', () => later('9999999999'), retrying(429, /status 429/, 32)],
  ['asks for the year 9999', () => later('Fri, 31 Dec 9999 23:59:59 GMT'), retrying(429, /status 429/, 32)],
  ['asks for nonsense', () => later('soon'), retrying(429, /status 429/)],
];

const BOMB = gzipSync(Buffer.alloc(50_000_000));
const folder = mkdtempSync(join(tmpdir(), 'posthorn-tls-'));
const deliveries = new Map<string, DeliveryDetail>();
let system: System;
let receiver: Receiver;
let healthy: DeliveryDetail;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start({ env: { POSTHORN_ATTEMPT_TIMEOUT: '2s' } }), startReceiver()]);
  const names = new Map<string, string>();
  for (const [name, start] of KINDS) names.set((await system.register(await start())).id, name);
  const good = await system.register(receiver.url);
  const emitted = await system.call('POST', '/api/urpa/events', { event: 'activity.created', data: { id: '1' } });
  const made: { id: string; webhook_id: string }[] = emitted.body.deliveries;
  healthy = await system.reaches(made.find(({ webhook_id }) => webhook_id === good.id)!.id, 'delivered');
  for (const [webhookId, name] of names) {
    const { id } = made.find(({ webhook_id }) => webhook_id === webhookId)!;
    const { status } = KINDS.find(([kind]) => kind === name)![2];
    deliveries.set(name, await system.reaches(id, status));
  }
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

test.each(KINDS)('a receiver that %s', (name, _start, { status, code, error, minutes }) => {
  const delivery = deliveries.get(name)!;
  expect(delivery).toMatchObject({ status, status_code: code, attempts: 1 });
  if (error === null) expect(delivery.error_message).toBeNull();
  else expect(delivery.error_message).toMatch(error);
  if (minutes === undefined) expect(delivery.next_attempt_at).toBeNull();
  else expect(minutesAfterAttempt(delivery)).toBeCloseTo(minutes, 0);
});

test('none of them delays a healthy receiver, and the worker stays healthy', async () => {
  expect(receiver.arrivals).toHaveLength(1);
  const [hanging] = deliveries.get('never answers')!.attempt_history;
  expect(Date.parse(healthy.delivered_at!)).toBeLessThan(Date.parse(hanging!.started_at) + hanging!.duration_ms);
  const [again] = (await system.emit({ id: '2' }, 'contact.created')).slice(-1);
  await system.reaches(again!, 'delivered');
  expect(system.workers[0]!.exitCode).toBeNull();
});

function minutesAfterAttempt({ attempt_history, next_attempt_at }: DeliveryDetail): number {
  return (Date.parse(next_attempt_at!) - Date.parse(attempt_history[0]!.started_at)) / 60_000;
}

function slowly(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n');
  const timer = setInterval(() => socket.write('x'), 1_000);
  socket.on('close', () => clearInterval(timer));
}

function switchProtocols(socket: Socket): void {
  socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
}

const sendGigabyte: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': String(GIGABYTE) });
  const chunk = Buffer.alloc(65_536, 'y');
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', write);
  write();
};

const redirectToSelf: RequestListener = (request, response) => {
  response.writeHead(302, { location: `http://${request.headers.host}${request.url}` }).end();
};

async function serveSelfSigned(): Promise<string> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const url = await listen(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }));
  return url.replace('http:', 'https:');
}
