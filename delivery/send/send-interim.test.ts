import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTcpServer } from 'node:net';
import { expect, it } from 'vitest';
import { listen, makeSender, sendTo, serve, serveRaw } from '../../test/local-servers.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

async function writeParts(socket: Socket, text: string, length: number): Promise<void> {
  socket.setNoDelay(true);
  for (let at = 0; at < text.length; at += length) {
    socket.write(text.slice(at, at + length));
    await wait(1);
  }
}

it.each<[string, (socket: Socket) => unknown]>([
  ['one', (socket) => socket.write(CONTINUE + OK)],
  ['one ahead of time', (socket) => socket.write(CONTINUE, () => setTimeout(() => socket.write(OK), 50))],
  ['one with headers', (socket) => socket.write(`HTTP/1.1 100 Continue\r\na: b\r\n\r\n${OK}`)],
  ['one without a reason', (socket) => socket.write(`HTTP/1.1 100\r\n\r\n${OK}`)],
  ['one of HTTP/1.0', (socket) => socket.write(`HTTP/1.0 100 Continue\r\n\r\n${OK}`)],
  ['several', (socket) => socket.write(CONTINUE + CONTINUE + OK)],
  ['one after others', (socket) => socket.write(`HTTP/1.1 103 Hint\r\na: b\r\n\r\n${CONTINUE}${OK}`)],
  ['one a byte at a time', (socket) => writeParts(socket, CONTINUE + OK, 1)],
  ['one in parts', (socket) => writeParts(socket, CONTINUE + OK, 24)],
])('a 100 Continue that nobody asked for is skipped: %s', async (_, answer) => {
  const result = await sendTo(await serveRaw(answer));
  expect(result).toMatchObject({ statusCode: 200, responseBody: 'ok', errorMessage: null });
});

it('as Node sends it, and the connection is kept', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeContinue();
    response.end('ok');
  });
  const sender = makeSender();
  for (let sent = 0; sent < 5; sent++) {
    expect(await sender.send({ url, headers: {}, body: '{}' })).toMatchObject({ statusCode: 200, responseBody: 'ok' });
    await wait(10);
  }
  expect(ports.size).toBe(1);
});

it.each<[string, (socket: Socket) => unknown, string]>([
  ['nothing', (socket) => socket.end(CONTINUE), 'the connection was closed'],
  ['part of a head', (socket) => socket.end(`${CONTINUE}HTTP/1.1 1`), 'the connection was closed'],
  ['silence', (socket) => socket.write(CONTINUE), 'no answer within 0.3 s'],
  ['a failure', (socket) => socket.write(CONTINUE + OK.replace('200', '500')), 'status 500'],
  ['something else', (socket) => socket.write(`${CONTINUE}hello`), 'not an HTTP answer'],
])('a 100 Continue is no answer by itself, so what counts is what follows: %s', async (_, answer, problem) => {
  const result = await sendTo(await serveRaw(answer), { attemptTimeoutMs: 300 });
  expect(result.errorMessage).toContain(problem);
});

it('a 100 whose head does not end is a failure', async () => {
  const url = await serveRaw((socket) => socket.write(`HTTP/1.1 100 Continue\r\na: ${'b'.repeat(40_000)}`));
  const { errorMessage } = await sendTo(url, { attemptTimeoutMs: 300 });
  expect(errorMessage).toBe('the headers of the answer are larger than 16 KiB');
});

it('a kept connection that ends after a 100 had an answer begun, so nothing is sent again', async () => {
  let requests = 0;
  const url = await listen(
    createTcpServer((socket) => {
      let own = 0;
      socket.on('data', () => {
        requests += 1;
        if (++own === 1) socket.write(OK);
        else socket.end(CONTINUE);
      });
    }),
  );
  const sender = makeSender();
  const send = () => sender.send({ url, headers: {}, body: '' });
  await send();
  await wait(10);
  expect((await send()).errorMessage).toBe('the connection was closed');
  expect(requests).toBe(2);
});

it('a body may look like a 100 Continue', async () => {
  const url = await serve((_, response) => response.end(CONTINUE));
  expect(await sendTo(url)).toMatchObject({ statusCode: 200, responseBody: CONTINUE });
});
