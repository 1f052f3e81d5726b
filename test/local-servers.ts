import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { parseAllowlist } from '../delivery/guard/guard.ts';
import { createSender, type Sender, type SenderOptions } from '../delivery/send/send.ts';
import type { AttemptResult } from '../core/domain/delivery.ts';

export const LOOPBACK = parseAllowlist('127.0.0.0/8');
/** Runs after each test of the importing file, in order. */
export const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Listens on a free loopback port until the test ends. Returns a URL. */
export async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Some tests end connections during a write.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

export function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

/** Answers the first bytes of every connection with `answer`. */
export function serveRaw(answer: (socket: Socket) => void): Promise<string> {
  return listen(createTcpServer((socket) => socket.once('data', () => answer(socket))));
}

export function makeSender(options: Partial<SenderOptions> = {}): Sender {
  const sender = createSender({ allowlist: LOOPBACK, attemptTimeoutMs: 5_000, ...options });
  cleanUps.unshift(() => sender.close());
  return sender;
}

export function sendTo(url: string, options: Partial<SenderOptions> = {}): Promise<AttemptResult> {
  return makeSender(options).send({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
}

/** Writes `text` every few milliseconds while the connection is open. */
export function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 5);
  socket.on('close', () => clearInterval(timer));
}
