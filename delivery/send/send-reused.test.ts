import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { listen, makeSender } from '../../test/local-servers.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Answers the first request of each connection; what it does with the second one is up to the test. */
function answerFirst(onSecond: (socket: Socket) => void): { server: Server; requests: () => number } {
  let requests = 0;
  const server = createTcpServer((socket) => {
    let own = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests++;
      if (++own === 1) socket.write(OK);
      else onSecond(socket);
    });
  });
  return { server, requests: () => requests };
}

/** undici has a connection free again a moment after its answer has ended. */
const untilFree = () => new Promise((resolve) => setTimeout(resolve, 50));

it.each<[string, (socket: Socket) => unknown]>([
  ['resets', (socket) => socket.resetAndDestroy()],
  ['closes', (socket) => socket.end()],
])('a kept connection that the receiver %s is replaced by a fresh one at once, once', async (_, onSecond) => {
  const { server, requests } = answerFirst((socket) => void onSecond(socket));
  const url = await listen(server);
  const sender = makeSender();
  const send = () => sender.send({ url, headers: {}, body: '{}' });
  expect(await send()).toMatchObject({ errorMessage: null, responseBody: 'ok' });
  await untilFree();
  const second = await send();
  expect(second).toMatchObject({ errorMessage: null, statusCode: 200 });
  expect(second.responseBody).toBe('ok\n[sent again over a fresh connection, since the kept one had been closed]');
  expect(requests()).toBe(3);
});

it('a fresh connection that is reset is a failure, and nothing is sent again', async () => {
  let requests = 0;
  const url = await listen(
    createTcpServer((socket) =>
      socket.on('data', () => {
        requests++;
        socket.resetAndDestroy();
      }),
    ),
  );
  const result = await makeSender().send({ url, headers: {}, body: '{}' });
  expect(result.errorMessage).toMatch(/the connection was (reset|closed)$/);
  expect(requests).toBe(1);
});

it('a kept connection that ends in the middle of an answer is a failure, and nothing is sent again', async () => {
  const { server, requests } = answerFirst((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'));
  const url = await listen(server);
  const sender = makeSender();
  const send = () => sender.send({ url, headers: {}, body: '{}' });
  await send();
  await untilFree();
  expect((await send()).errorMessage).toBe('the connection was closed');
  expect(requests()).toBe(2);
});

it('when the fresh connection fails too, the error says that it was one', async () => {
  let connections = 0;
  const url = await listen(
    createTcpServer((socket) => {
      const first = ++connections === 1;
      let own = 0;
      socket.on('data', () => (first && ++own === 1 ? socket.write(OK) : socket.resetAndDestroy()));
    }),
  );
  const sender = makeSender();
  await sender.send({ url, headers: {}, body: '{}' });
  await untilFree();
  const { errorMessage } = await sender.send({ url, headers: {}, body: '{}' });
  expect(errorMessage).toMatch(/^the connection was (reset|closed) \(sent again over a fresh connection/);
  expect(connections).toBe(2);
});

it('receivers that close idle connections unannounced get everything once', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end('ok');
  });
  server.keepAliveTimeout = 5;
  const url = await listen(server);
  const sender = makeSender();
  for (let count = 0; count < 100; count++) {
    expect((await sender.send({ url, headers: {}, body: '{}' })).errorMessage).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 3 + (count % 5)));
  }
  expect(requests).toBe(100);
});
