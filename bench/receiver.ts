import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readClock } from './clock.ts';
import { readNumber, type Numbers } from './events.ts';

/** A command to the receiver. It sends one `Reply` with the same id. */
export type Order = { id: number } & (
  | ({ do: 'answer' } & Behaviour)
  /** Records the arrivals of these events from now on and forgets earlier ones. */
  | { do: 'watch'; numbers: Numbers }
  /** Replies with the arrivals once every watched event has arrived this often; 0: at once. */
  | { do: 'report'; times: number }
);

/** How the receiver responds; default: 200 at once. */
export interface Behaviour {
  status: number;
  delayMs: number;
}

/** Arrival times: first the first arrivals of all events in the order of their numbers, then the second arrivals, … 0: none. */
export type Arrivals = number[][];

export interface Reply {
  id: number;
  arrivals?: Arrivals;
}

let behaviour: Behaviour = { status: 200, delayMs: 0 };
let watched: Numbers = { first: 0, count: 0 };
let counts = new Uint16Array(0);
let rounds: Float64Array[] = [];
/** The number of watched events that have arrived at least once, twice, … */
let reached: number[] = [];
let waiting: { id: number; times: number }[] = [];

process.on('message', (order: Order) => {
  if (order.do === 'report') waiting.push(order);
  else {
    if (order.do === 'answer') behaviour = order;
    else watch(order.numbers);
    process.send?.({ id: order.id } satisfies Reply);
  }
  report();
});
process.once('disconnect', () => process.exit());

function watch(numbers: Numbers): void {
  watched = numbers;
  counts = new Uint16Array(numbers.count);
  rounds = [];
  reached = [];
}

function note(body: string): void {
  const index = readNumber(body) - watched.first;
  if (index < 0 || index >= watched.count) return;
  const round = counts[index] ?? 0;
  counts[index] = round + 1;
  const times = (rounds[round] ??= new Float64Array(watched.count));
  times[index] = readClock();
  reached[round] = (reached[round] ?? 0) + 1;
  if (reached[round] === watched.count) report();
}

function report(): void {
  const isMet = (times: number) => times === 0 || reached[times - 1] === watched.count;
  const met = waiting.filter(({ times }) => isMet(times));
  waiting = waiting.filter(({ times }) => !isMet(times));
  for (const { id } of met) process.send?.({ id, arrivals: rounds.map((times) => [...times]) } satisfies Reply);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    note(Buffer.concat(chunks).toString());
    const { status, delayMs } = behaviour;
    if (delayMs === 0) response.writeHead(status).end();
    else void sleep(delayMs).then(() => response.writeHead(status).end());
  });
});
server.keepAliveTimeout = 60_000;
// Listens on every loopback address, so that each can serve as a host.
server.listen(0, '0.0.0.0', () => process.send?.((server.address() as AddressInfo).port));
