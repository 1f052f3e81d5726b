import { setTimeout as sleep } from 'node:timers/promises';
import { readClock } from './clock.ts';
import { makeEvents, takeNumbers } from './events.ts';
import { postAll } from './load.ts';
import { ARRIVAL_LIMIT_MS, countArrivals, type Run } from './measure.ts';
import type { Posthorn } from './posthorn.ts';
import { divide, readCpu, subtract } from './processes.ts';
import type { Receiver } from './receivers.ts';
import type { Target } from './target.ts';

export interface Sustained {
  run: Run;
  /** The number of deliveries that had not ended when the last event was accepted. */
  backlog: number;
  /** The time from then until all had ended. */
  emptyMs: number;
}

/** Measures a load and the backlog at its end. */
export async function measureSustained(
  posthorn: Posthorn,
  target: Target,
  receiver: Receiver,
  events: number,
  clients: number,
): Promise<Sustained> {
  const numbers = takeNumbers(events);
  const bodies = makeEvents(numbers, target.eventType);
  await receiver.watch(numbers);
  const before = readCpu(target.processes);
  const posted = await postAll(target, bodies, clients);
  const over = readClock();
  const backlog = await posthorn.countOpen();
  await untilEmpty(posthorn, 20);
  const emptyMs = readClock() - over;
  const [arrived = [], ...more] = await receiver.untilAll(ARRIVAL_LIMIT_MS);
  await target.settle();
  const cpu = divide(subtract(readCpu(target.processes), before), events);
  return { run: { ...posted, arrived, repeated: countArrivals(more), cpu }, backlog, emptyMs };
}

/** Waits until every delivery has ended, checking every `everyMs` milliseconds. */
export async function untilEmpty(posthorn: Posthorn, everyMs: number): Promise<void> {
  while ((await posthorn.countOpen()) > 0) await sleep(everyMs);
}
