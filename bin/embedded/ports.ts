import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** The ports of the embedded parts. */
export interface Ports {
  postgres: number;
  temporal: number;
  temporalUi: number;
}

/** Whether this process can listen on the port; without a host, on all addresses. */
export function isPortFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Below the range that systems use for outgoing connections (Linux: from 32768), so the ports stay free until a slow part listens. Temporal
 * stores them as `smallint` in its table of cluster members.
 */
const CHOICE = { from: 20_000, to: 32_000 };
const TRIES = 100;

/** Chooses the preferred port for each part if it is free on loopback, otherwise another free one. */
export async function choosePorts(wishes: Partial<Ports>): Promise<Ports> {
  const held: Held = [];
  try {
    return {
      postgres: await choose(held, wishes.postgres),
      temporal: await choose(held, wishes.temporal),
      temporalUi: await choose(held, wishes.temporalUi),
    };
  } finally {
    release(held);
  }
}

/** Finds a port that is free on loopback. */
export async function findFreePort(): Promise<number> {
  const held: Held = [];
  const port = await choose(held);
  release(held);
  return port;
}

/** The first free port of the hundred from `first` on; undefined: none is. */
export async function findFreePortFrom(first: number): Promise<number | undefined> {
  for (let port = first; port < Math.min(first + TRIES, 65_536); port++) if (await isPortFree(port)) return port;
  return undefined;
}

/** Servers that keep chosen ports from being chosen again. */
type Held = Server[];

async function choose(held: Held, wish?: number): Promise<number> {
  let port = wish ?? randomInt(CHOICE.from, CHOICE.to);
  for (let tries = 0; !(await hold(port, held)); port = randomInt(CHOICE.from, CHOICE.to)) {
    if (++tries === TRIES) throw new Error(`no free port from ${CHOICE.from} to ${CHOICE.to} on 127.0.0.1`);
  }
  return port;
}

function hold(port: number, held: Held): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      held.push(server);
      resolve(true);
    });
  });
}

function release(held: Held): void {
  for (const server of held) server.close();
}
