import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  at: number;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (arrival: Arrival, response: ServerResponse, count: number) => void;

export interface Receiver {
  url: string;
  arrivals: Arrival[];
  /** Sets how further requests are answered; default: 200 at once. */
  answer(answer: Answer): void;
  /** The requests of one delivery. */
  of(deliveryId: string): Arrival[];
  close(): Promise<void>;
}

/** Answers with a status and an empty body. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_arrival, response) => void response.writeHead(code, headers).end();
}

/** A receiver on loopback that records all requests. */
export async function startReceiver(): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  let answer: Answer = status(200);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const arrival = { at: Date.now(), path: request.url ?? '', headers: request.headers, body };
      arrivals.push(arrival);
      answer(arrival, response, arrivals.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrivals,
    answer: (next) => {
      answer = next;
    },
    of: (deliveryId) => arrivals.filter((arrival) => arrival.headers['webhook-id'] === deliveryId),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
