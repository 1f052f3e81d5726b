import { expect } from 'vitest';
import { ApiError } from '../clients/typescript/src/index.ts';
import { eventually } from './eventually.ts';
import type { Receiver } from './receiver.ts';
import type { System } from './system.ts';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Load {
  /** The deliveries of all events accepted with 202. They must arrive. */
  accepted: string[];
  /** The statuses of the refused emits. 0: connection refused. */
  refused: number[];
  stop(): Promise<string[]>;
}

/** Emits URPA events at a steady rate until it is stopped. */
export function startLoad(system: System, perSecond: number): Load {
  const accepted: string[] = [];
  const refused: number[] = [];
  const running = new Set<Promise<void>>();
  const emit = async () => {
    try {
      accepted.push(...(await system.emit()));
    } catch (error) {
      refused.push(error instanceof ApiError ? error.status : 0);
    }
  };
  const timer = setInterval(() => {
    const emitting = emit();
    running.add(emitting);
    void emitting.finally(() => running.delete(emitting));
  }, 1000 / perSecond);
  return {
    accepted,
    refused,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return accepted;
    },
  };
}

/** Waits until the history shows all of them as delivered, and checks that the receiver got each one. */
export async function expectDelivered(
  system: System,
  receiver: Receiver,
  ids: string[],
  limitMs: number,
): Promise<void> {
  await eventually(async () => {
    const [row] = await system.sql(
      `select count(*)::int as n from deliveries where id = any($1::uuid[]) and status = 'delivered'`,
      [ids],
    );
    if (row!['n'] !== ids.length) throw new Error(`${String(row!['n'])} of ${ids.length} delivered`);
    return true;
  }, limitMs);
  const arrived = new Set(receiver.arrivals.map((arrival) => arrival.headers['webhook-id']));
  expect(ids.filter((id) => !arrived.has(id))).toEqual([]);
}
