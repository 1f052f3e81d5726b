import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** A client that asks again within this time is told that its connection ends with the answer. */
const FAREWELL_MS = 2_000;
const CLOSE_IDLE_MS = 100;

/**
 * Takes no more connections; resolves when the last request is answered, and after `limitMs` at most: what is still open then (a slow
 * upload, an answer that nobody reads) is cut. Returns how many connections were cut. A connection that is kept alive is not closed
 * under a request that is on its way: for two seconds each answer says `Connection: close`, and only then are idle ones closed.
 */
export function stopServer(server: Server, limitMs: number): Promise<number> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  let cut = 0;
  return new Promise((resolve) => {
    // After the turn of the event loop in which waiting connections were taken. An HTTP server's own close ends idle ones.
    setImmediate(() => NetServer.prototype.close.call(server, () => resolve(cut)));
    setTimeout(() => {
      server.closeIdleConnections();
      setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS).unref();
    }, FAREWELL_MS).unref();
    setTimeout(() => {
      server.getConnections((_error, open = 0) => {
        cut = open;
        server.closeAllConnections();
      });
    }, limitMs).unref();
  });
}
