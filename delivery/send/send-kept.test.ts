import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, it, vi } from 'vitest';
import { listen, makeSender, serve } from '../../test/local-servers.ts';
import type { AttemptResult } from '../../core/domain/delivery.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const NOTE = 'sent again over a fresh connection, since the kept one had been closed';

type Answer = (socket: Socket, connection: number, request: number) => unknown;

/** Counts its requests; `answer` gets the connection's number, and the request's on that connection, both from 1. */
function count(answer: Answer): { take: (socket: Socket) => void; requests: () => number; connections: () => number } {
  let requests = 0;
  let connections = 0;
  const take = (socket: Socket) => {
    const connection = ++connections;
    let own = 0;
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (!text.endsWith('\r\n\r\n{}')) return;
      text = '';
      requests += 1;
      answer(socket, connection, ++own);
    });
  };
  return { take, requests: () => requests, connections: () => connections };
}

/** Sends one after the other, with time in between for a connection to become free again. */
async function sendInTurn(url: string, times: number, pauseMs = 10, attemptTimeoutMs = 500): Promise<AttemptResult[]> {
  const sender = makeSender({ attemptTimeoutMs });
  const results: AttemptResult[] = [];
  for (let sent = 0; sent < times; sent++) {
    results.push(await sender.send({ url, headers: {}, body: '{}' }));
    await wait(pauseMs);
  }
  return results;
}

const endKept = (end: (socket: Socket) => unknown): Answer => {
  return (socket, _, request) => (request === 1 ? socket.write(OK) : end(socket));
};

it('the fresh connection is none of the other kept ones', async () => {
  const { take, requests, connections } = count((socket, _, request) =>
    request === 1 ? setTimeout(() => socket.write(OK), 50) : socket.resetAndDestroy(),
  );
  const sender = makeSender();
  const request = { url: await listen(createTcpServer(take)), headers: {}, body: '{}' };
  await Promise.all(Array.from({ length: 5 }, () => sender.send(request)));
  await wait(10);
  const results = await Promise.all(Array.from({ length: 5 }, () => sender.send(request)));
  expect(results.map(({ errorMessage }) => errorMessage)).toEqual(Array.from({ length: 5 }, () => null));
  expect([requests(), connections()]).toEqual([15, 10]);
});

it.each<[string, (socket: Socket) => unknown, string]>([
  ['in the middle of a head', (socket) => socket.end('HTTP/1.1 200 OK\r\ncont'), 'the connection was closed'],
  ['after something else than HTTP', (socket) => socket.end('no'), 'not an HTTP answer'],
  [
    'in a body',
    (socket) => socket.end('HTTP/1.1 500 Oh\r\ncontent-length: 9\r\n\r\nh'),
    'status 500, but the answer broke',
  ],
  ['never', () => undefined, 'no answer within 0.5 s'],
])('a kept connection that ends %s is a failure, and nothing is sent again', async (_, end, problem) => {
  const { take, requests } = count(endKept(end));
  const [, second] = await sendInTurn(await listen(createTcpServer(take)), 2);
  expect(second!.errorMessage).toMatch(new RegExp(`^${problem}`));
  expect(second!.errorMessage).not.toContain(NOTE);
  expect(requests()).toBe(2);
});

it.each<[string, (socket: Socket) => unknown, string]>([
  ['is reset', (socket) => socket.resetAndDestroy(), 'the connection was reset'],
  ['brings no answer', () => undefined, 'no answer within 1.5 s'],
  ['brings a 500', (socket) => socket.write(OK.replace('200', '500')), 'status 500'],
])('a second try that %s fails the attempt, within its time, and says so', async (_, answer, problem) => {
  const { take, requests } = count((socket, connection, request) => {
    if (connection > 1) answer(socket);
    else if (request === 1) socket.write(OK);
    else setTimeout(() => socket.end(), 700);
  });
  const [, second] = await sendInTurn(await listen(createTcpServer(take)), 2, 10, 1_500);
  expect(second!.errorMessage).toBe(`${problem} (${NOTE})`);
  // A limit of its own would end it after 2,200 ms.
  expect(second!.durationMs).toBeLessThan(2_000);
  expect(requests()).toBe(3);
});

it('receivers that close idle connections without announcing it get everything once', async () => {
  const timers = new WeakMap<Socket, NodeJS.Timeout>();
  const { take, requests } = count((socket) => {
    socket.write(OK);
    clearTimeout(timers.get(socket));
    timers.set(
      socket,
      setTimeout(() => socket.destroy(), 5),
    );
  });
  const results = await sendInTurn(await listen(createTcpServer(take)), 100, 4);
  expect(results.filter(({ errorMessage }) => errorMessage !== null)).toEqual([]);
  expect(requests()).toBe(100);
});

it('holds over TLS too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=hook.example', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  const [key, cert] = [readFileSync(keyFile), readFileSync(certFile, 'utf8')];
  rmSync(folder, { recursive: true });
  const { take, requests } = count(endKept((socket) => socket.end()));
  const server: Server = createTlsServer({ key, cert }, take);
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  try {
    const [, second] = await sendInTurn((await listen(server)).replace('http:', 'https:'), 2);
    expect(second).toMatchObject({ errorMessage: null, responseBody: `ok\n[${NOTE}]` });
    expect(requests()).toBe(3);
  } finally {
    setDefaultCACertificates(usual);
  }
});

it('does not have a request wait for others to the same origin, however many hang', async () => {
  const hanging = 300;
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(request.url!);
    if (request.url === '/prompt') response.end();
  });
  const sender = makeSender({ attemptTimeoutMs: 3_000 });
  const send = (path: string) => sender.send({ url: url.replace('/hook', path), headers: {}, body: '{}' });
  for (let count = 0; count < hanging; count++) void send('/hangs');
  expect(await send('/prompt')).toMatchObject({ statusCode: 200, errorMessage: null });
  await vi.waitFor(() => expect(seen).toHaveLength(hanging + 1), 2_500);
});
