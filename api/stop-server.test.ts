import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { prepareStop } from './stop-server.ts';

const CLIENTS = 60;
const CLIENT_PROCESS = new URL('../test/clients.mjs', import.meta.url);

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('an endless upload is cut off at the limit and counted', async () => {
  const server = createServer((incoming) => void incoming.resume());
  const stop = prepareStop(server);
  const socket = connect(await listen(server), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nslow');
  await once(server, 'request');
  const closed = once(socket, 'close');
  expect(await stop(200)).toBe(1);
  await closed;
});

test('a request that ends within the limit gets its whole response', async () => {
  const server = createServer((_incoming, response) => void setTimeout(() => response.end('whole'), 100));
  const stop = prepareStop(server);
  const port = await listen(server);
  const sent = request({ port, host: '127.0.0.1' }).end();
  await once(server, 'request');
  const stopped = stop(20_000);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  expect(text).toBe('whole');
  expect(await stopped).toBe(0);
});

test('requests of connections that were waiting in the listen queue are answered', async () => {
  const server = createServer((_incoming, response) => void response.end('answered'));
  const stop = prepareStop(server);
  const port = await listen(server);
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const allSent = join(folder, 'all-sent');
  const clients = fork(CLIENT_PROCESS, [String(port), String(CLIENTS), allSent]);
  blockUntil(() => existsSync(allSent));
  await stop(20_000);
  const [results] = (await once(clients, 'message')) as [Record<string, number>];
  expect(results).toEqual({ answered: CLIENTS });
});

test('a request that arrived on a kept connection while the process was busy is answered', async () => {
  const server = createServer((_incoming, response) => void response.end('answered'));
  const stop = prepareStop(server);
  const socket = connect(await listen(server), '127.0.0.1').on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  const stopped = stop(20_000);
  const closed = once(socket, 'close');
  await nextTurn();
  await nextTurn();
  // The bytes go to the kernel at once. The process reads them only after the time in which it closes connections.
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const busyUntil = performance.now() + 3_000;
  blockUntil(() => performance.now() > busyUntil);
  await Promise.all([stopped, closed]);
  expect(text).toContain('answered');
});

test('a connection without a request does not hold up the stop', async () => {
  const server = createServer();
  const stop = prepareStop(server);
  const socket = connect(await listen(server), '127.0.0.1').on('error', () => undefined);
  await once(server, 'connection');
  const closed = once(socket, 'close');
  expect(await stop(60_000)).toBe(0);
  await closed;
});

function blockUntil(check: () => boolean): void {
  while (!check());
}
