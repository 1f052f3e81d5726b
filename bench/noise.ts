import { once } from 'node:events';
import { makeEvents, type Numbers } from './events.ts';
import { postAll, postSteadily, type Address } from './load.ts';

// Emits events as its argument says, for others to be disturbed: says `ready`, begins when it is told to, and ends when all is posted.

export type NoiseOrder = { target: Address; rehearsal: Address; eventType: string; numbers: Numbers } & (
  { clients: number } | { perSecond: number }
);

const REHEARSED = 500;

process.once('disconnect', () => process.exit());
const order = JSON.parse(process.argv[2] ?? '') as NoiseOrder;
const bodies = makeEvents(order.numbers, order.eventType);
// The CPU that this process and its receiver take to compile themselves is not what is to disturb.
await postAll(order.rehearsal, bodies.slice(0, REHEARSED), 16);
process.send?.('ready');
await once(process, 'message');
await ('clients' in order
  ? postAll(order.target, bodies, order.clients)
  : postSteadily(order.target, bodies, order.perSecond));
process.exit();
