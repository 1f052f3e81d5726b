import { once } from 'node:events';
import { makeEvents, type Numbers } from './events.ts';
import { postAll, postSteadily, type Address } from './load.ts';

// Emits the events given as its argument to create load. Sends `ready`, starts on a message and exits when everything is posted.

export type NoiseOrder = { target: Address; rehearsal: Address; eventType: string; numbers: Numbers } & (
  { clients: number } | { perSecond: number }
);

const REHEARSED = 500;

process.once('disconnect', () => process.exit());
const order = JSON.parse(process.argv[2] ?? '') as NoiseOrder;
const bodies = makeEvents(order.numbers, order.eventType);
// Warms up this process and its receiver, so that their compilation does not disturb the measurement.
await postAll(order.rehearsal, bodies.slice(0, REHEARSED), 16);
process.send?.('ready');
await once(process, 'message');
await ('clients' in order
  ? postAll(order.target, bodies, order.clients)
  : postSteadily(order.target, bodies, order.perSecond));
process.exit();
