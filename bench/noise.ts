import { makeEvents, type Numbers } from './events.ts';
import { postAll, postSteadily, type Address } from './load.ts';

// Emits events as its argument says, for others to be disturbed. It says `begun` at its start and ends when all is posted.

export type NoiseOrder = { target: Address; eventType: string; numbers: Numbers } & (
  { clients: number } | { perSecond: number }
);

process.once('disconnect', () => process.exit());
const order = JSON.parse(process.argv[2] ?? '') as NoiseOrder;
const bodies = makeEvents(order.numbers, order.eventType);
process.send?.('begun');
await ('clients' in order
  ? postAll(order.target, bodies, order.clients)
  : postSteadily(order.target, bodies, order.perSecond));
process.exit();
