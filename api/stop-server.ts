import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** How long responses still announce the end of their connection. */
const FAREWELL_MS = 2_000;
const CLOSE_IDLE_MS = 100;

/**
 * Stops accepting connections and resolves when the last request has been answered, or after `limitMs`. Connections still open then are
 * cut off (slow uploads, responses that are not read); returns their number. To avoid closing a keep-alive connection under a request in
 * transit, responses carry `Connection: close` for two seconds before idle connections are closed.
 */
export function stopServer(server: Server, limitMs: number): Promise<number> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  let cut = 0;
  return new Promise((resolve) => {
    // Waits until the event loop has accepted pending connections. `http.Server.close` would also close idle ones.
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
