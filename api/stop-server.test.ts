import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { stopServer } from './stop-server.ts';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('an endless upload is cut off at the limit and counted', async () => {
  const server = createServer((incoming) => void incoming.resume());
  const port = await listen(server);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nslow');
  await once(server, 'request');
  const closed = once(socket, 'close');
  expect(await stopServer(server, 200)).toBe(1);
  await closed;
});

test('a request that ends within the limit gets its whole response', async () => {
  const server = createServer((_incoming, response) => void setTimeout(() => response.end('whole'), 100));
  const port = await listen(server);
  const sent = request({ port, host: '127.0.0.1' }).end();
  await once(server, 'request');
  const stopped = stopServer(server, 20_000);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  expect(text).toBe('whole');
  expect(await stopped).toBe(0);
});
