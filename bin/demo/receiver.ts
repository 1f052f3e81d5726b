import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { verify } from '../../clients/typescript/src/index.ts';
import { printArrival } from './print.ts';

/** One path of the receiver. */
export interface Endpoint {
  path: string;
  /** The prefix of the platform's headers, such as `X-URPA-`. */
  headerPrefix: string;
  /** By event type: how many attempts of each delivery it refuses with 503. */
  refuses?: Record<string, number>;
}

export interface DemoReceiver {
  urlOf(endpoint: Endpoint): string;
  /** Sets the secret with which the endpoint verifies further requests. */
  setSecret(endpoint: Endpoint, secret: string): void;
  /** The number of requests accepted with a 2xx so far. */
  taken(): number;
  close(): void;
}

/** A receiver on loopback with several endpoints. It verifies, answers and prints every request. */
export async function startReceiver(endpoints: Endpoint[]): Promise<DemoReceiver> {
  const secrets = new Map<Endpoint, string>();
  const seen = new Map<string, number>();
  let taken = 0;

  const judge = (endpoint: Endpoint, id: string, event: string): number => {
    const number = (seen.get(id) ?? 0) + 1;
    seen.set(id, number);
    return number <= (endpoint.refuses?.[event] ?? 0) ? 503 : 200;
  };

  const receive = async (request: IncomingMessage, endpoint: Endpoint): Promise<number> => {
    const body = await buffer(request);
    const header = (name: string) => String(request.headers[(endpoint.headerPrefix + name).toLowerCase()] ?? '');
    const verified = await verify(body, request.headers, secrets.get(endpoint)!).then(
      () => true,
      () => false,
    );
    const [id, event] = [header('Delivery'), header('Event')];
    const status = verified ? judge(endpoint, id, event) : 401;
    if (status < 300) taken++;
    printArrival({ path: endpoint.path, event, verified, status, id });
    return status;
  };

  const server = createServer((request, response) => {
    const endpoint = endpoints.find(({ path }) => path === request.url);
    if (!endpoint) return void response.writeHead(404).end();
    void receive(request, endpoint).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: ({ path }) => `http://127.0.0.1:${port}${path}`,
    setSecret: (endpoint, secret) => void secrets.set(endpoint, secret),
    taken: () => taken,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
