import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** The ports of the embedded parts. */
export interface Ports {
  postgres: number;
  temporal: number;
  temporalUi: number;
}

/** Whether this process could listen on the port; without a host, on all addresses. */
export function isPortFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * No system takes these for outgoing connections by itself (Linux: from 32768), so they stay free until a slow part listens. Temporal keeps
 * them as `smallint` in its table of cluster members.
 */
const CHOICE = { from: 20_000, to: 32_000 };
const TRIES = 100;

/** For each part the port it is wished on if that is free on loopback, else any other free one. */
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

/** A port that is free on loopback. */
export async function findFreePort(): Promise<number> {
  const held: Held = [];
  const port = await choose(held);
  release(held);
  return port;
}

/** What keeps the ports that are chosen from being chosen again. */
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
