import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, stopChild } from './children.ts';
import type { Numbers } from './events.ts';
import type { Arrivals, Behaviour, Order, Reply } from './receiver.ts';

type Request = Order extends infer One ? (One extends Order ? Omit<One, 'id'> : never) : never;

/** A receiver in its own process. */
export interface Receiver {
  url: string;
  answer(behaviour: Partial<Behaviour>): Promise<void>;
  /** Records the arrivals of these events from now on and forgets earlier ones. */
  watch(numbers: Numbers): Promise<void>;
  /** The arrivals so far. */
  arrivals(): Promise<Arrivals>;
  /** @throws Error if not every watched event has arrived this often in time */
  untilAll(limitMs: number, times?: number): Promise<Arrivals>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const child = await startChild('bench/receiver.ts');
  const open = new Map<number, (reply: Reply) => void>();
  let orders = 0;
  child.process.on('message', (reply: Reply) => {
    open.get(reply.id)?.(reply);
    open.delete(reply.id);
  });
  const order = (request: Request) =>
    new Promise<Reply>((resolve, reject) => {
      const id = ++orders;
      open.set(id, resolve);
      child.process.send({ ...request, id } satisfies Order, (error) => (error ? reject(error) : undefined));
    });
  const report = async (times: number) => (await order({ do: 'report', times })).arrivals ?? [];
  return {
    url: `http://127.0.0.1:${String(child.greeting)}/hook`,
    answer: async ({ status = 200, delayMs = 0 }) => void (await order({ do: 'answer', status, delayMs })),
    watch: async (numbers) => void (await order({ do: 'watch', numbers })),
    arrivals: () => report(0),
    untilAll: (limitMs, times = 1) => within(limitMs, report(times)),
    stop: () => stopChild(child),
  };
}

async function within(limitMs: number, arrivals: Promise<Arrivals>): Promise<Arrivals> {
  const over = new AbortController();
  const late = sleep(limitMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not all events had arrived after ${limitMs / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([arrivals, late]);
  } finally {
    over.abort();
  }
}
