import { createServer } from 'node:net';

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

/** For each part the port it is wished on if that is free on loopback, else any other free one. */
export async function choosePorts(wishes: Partial<Ports>): Promise<Ports> {
  const held: (() => void)[] = [];
  const choose = async (wish: number | undefined) => {
    const port = (wish === undefined ? undefined : await hold(wish, held)) ?? (await hold(0, held));
    if (!port) throw new Error('no free port on 127.0.0.1');
    return port;
  };
  try {
    return {
      postgres: await choose(wishes.postgres),
      temporal: await choose(wishes.temporal),
      temporalUi: await choose(wishes.temporalUi),
    };
  } finally {
    for (const release of held) release();
  }
}

function hold(port: number, held: (() => void)[]): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      held.push(() => server.close());
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : undefined);
    });
  });
}
