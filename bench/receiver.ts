import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readClock } from './clock.ts';
import { readNumber } from './events.ts';

/** To the receiver: watch for the events numbered from `first`, `count` of them. It answers `watching`, and later `Arrivals`. */
export interface Watch {
  first: number;
  count: number;
}

/** From the receiver, once all have arrived: the clock at each event's first arrival, by its number from `first`. */
export interface Arrivals {
  times: number[];
  /** How often an event came that had come before. */
  repeated: number;
}

let watch: Watch = { first: 0, count: 0 };
let times: Float64Array = new Float64Array(0);
let missing = 0;
let repeated = 0;

process.on('message', (next: Watch) => {
  watch = next;
  times = new Float64Array(next.count);
  missing = next.count;
  repeated = 0;
  process.send?.('watching');
});
process.once('disconnect', () => process.exit());

function note(body: string): void {
  const index = readNumber(body) - watch.first;
  if (index < 0 || index >= watch.count) return;
  if (times[index]) {
    repeated++;
    return;
  }
  times[index] = readClock();
  if (--missing === 0) process.send?.({ times: [...times], repeated } satisfies Arrivals);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    note(Buffer.concat(chunks).toString());
    response.writeHead(200).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
