import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Proxy {
  /** The database's URL through this proxy. */
  url: string;
  /** Blocks old and new connections without closing them, as when a network or a host hangs. */
  freeze(): void;
  /** Lets the held-back data pass. */
  thaw(): void;
  /** Resets all connections. New ones work. */
  cut(): void;
  /** Blocks the current connections without closing them. New ones work. */
  strand(): void;
  close(): Promise<void>;
}

/** A TCP proxy in front of a database that can block all traffic. */
export async function startProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => to.destroy()).on('close', () => to.destroy() && sockets.delete(from));
      if (frozen) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    strand() {
      for (const socket of sockets) socket.pause();
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
