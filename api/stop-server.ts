import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long responses still announce the end of their connection. */
const FAREWELL_MS = 2_000;
const CLOSE_IDLE_MS = 100;
/** Turns of the event loop without a new connection, after which none is waiting. The first may have looked too early. */
const QUIET_TURNS = 2;

/**
 * Prepares a server for its stop. The returned function stops accepting connections and resolves when the last request has been answered,
 * or after `limitMs`. Connections still open then are cut off (slow uploads, responses that are not read); it returns their number.
 * To avoid closing a keep-alive connection under a request in transit, responses carry `Connection: close` for two seconds before
 * connections without a request are closed. A request that has arrived by then is answered, even if the process was too busy to read it.
 */
export function prepareStop(server: Server): (limitMs: number) => Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return async (limitMs) => {
    server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
    let cut = 0;
    setTimeout(() => {
      cut = sockets.size;
      server.closeAllConnections();
    }, limitMs).unref();
    setTimeout(() => {
      void closeUnused(server, sockets);
      setInterval(() => void closeUnused(server, sockets), CLOSE_IDLE_MS).unref();
    }, FAREWELL_MS).unref();
    await acceptPending(server, Math.min(limitMs, FAREWELL_MS));
    // `http.Server.close` would also close idle connections at once.
    await new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
    return cut;
  };
}

/**
 * Waits until the connections in the listen queue have been accepted, at most `limitMs`: closing the listening socket would reset them.
 * Node accepts one in each turn of its event loop.
 */
async function acceptPending(server: Server, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  let quiet = 0;
  const start = () => (quiet = 0);
  server.on('connection', start);
  while (quiet++ < QUIET_TURNS && performance.now() < until) await nextTurn();
  server.off('connection', start);
}

/** Closes the connections that have no request. Browsers and load balancers open some before they need them, and Node does not count these as idle. */
async function closeUnused(server: Server, sockets: Set<Socket>): Promise<void> {
  // In the turn of a timer, what has arrived has not been read yet.
  await nextTurn();
  server.closeIdleConnections();
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
}
