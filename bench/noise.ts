import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeEvents, type Numbers } from './events.ts';
import { postAll, postSteadily, type Address } from './load.ts';

// Emits events as its argument says, for others to be disturbed: says `ready`, begins when it is told to, and ends when all is posted.

export type NoiseOrder = { target: Address; eventType: string; numbers: Numbers } & (
  { clients: number } | { perSecond: number }
);

const REHEARSED = 500;

process.once('disconnect', () => process.exit());
const order = JSON.parse(process.argv[2] ?? '') as NoiseOrder;
const bodies = makeEvents(order.numbers, order.eventType);
await rehearse();
process.send?.('ready');
await once(process, 'message');
await ('clients' in order
  ? postAll(order.target, bodies, order.clients)
  : postSteadily(order.target, bodies, order.perSecond));
process.exit();

/** Posts to nobody first: the CPU that a process takes to compile itself is not what is to disturb. */
async function rehearse(): Promise<void> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await postAll({ ...order.target, origin }, bodies.slice(0, REHEARSED), 16);
  server.close();
}
