import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault = 'drop the request' | 'drop the answer' | 'answer 503' | 'answer 429' | 'never answer';

export interface UnreliableProxy {
  url: string;
  /** One for each request; afterwards requests pass. */
  faults: Fault[];
  /** Requests that came in, in any way. */
  count: number;
  close(): Promise<void>;
}

/** Stands before an API and fails in chosen ways. */
export async function startUnreliableProxy(target: string): Promise<UnreliableProxy> {
  const server = createServer((incoming, outgoing) => {
    proxy.count++;
    const fault = proxy.faults.shift();
    if (fault === 'drop the request') incoming.socket.destroy();
    else if (fault === 'answer 503') outgoing.writeHead(503, { 'retry-after': '1' }).end('busy');
    else if (fault === 'answer 429') outgoing.writeHead(429).end();
    else if (fault !== 'never answer') forward(incoming, outgoing, fault);
  });
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined) => {
    const { method, headers, url } = incoming;
    const sent = request(new URL(url!, target), { method: method!, headers }, (answer) => {
      if (fault === 'drop the answer') {
        answer.resume().once('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(sent);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: UnreliableProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: [],
    count: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
