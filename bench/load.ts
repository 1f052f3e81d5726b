import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { readClock } from './clock.ts';
import type { Target } from './target.ts';

/** The parts of a target that a request needs. */
export type Address = Pick<Target, 'origin' | 'path' | 'pathOf' | 'headers'>;

/** The start and response time of each request, in the order of the bodies. */
export interface Posted {
  begun: number[];
  answered: number[];
}

/** Posts all bodies with this many clients. Each client has one request at a time. */
export async function postAll(target: Address, bodies: string[], clients: number): Promise<Posted> {
  const posted: Posted = { begun: [], answered: [] };
  const pool = new Pool(target.origin, { connections: clients, pipelining: 1 });
  let next = 0;
  const work = async () => {
    while (next < bodies.length) {
      const index = next++;
      const path = target.pathOf?.(index) ?? target.path;
      await note(posted, index, () => post(pool, { ...target, path }, bodies[index] ?? ''));
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  await pool.close();
  return posted;
}

/** Posts the bodies at a steady rate without waiting for responses, until all are posted or `enough` is aborted. */
export async function postSteadily(
  target: Address,
  bodies: string[],
  perSecond: number,
  enough?: AbortSignal,
): Promise<Posted> {
  const posted: Posted = { begun: [], answered: [] };
  const pool = new Pool(target.origin, { connections: 64, pipelining: 1 });
  const start = readClock();
  const posts: Promise<void>[] = [];
  for (const [index, body] of bodies.entries()) {
    await sleep(Math.max(0, start + (index * 1000) / perSecond - readClock()));
    if (enough?.aborted) break;
    const posting = note(posted, index, () => post(pool, target, body));
    posting.catch(() => undefined);
    posts.push(posting);
  }
  await Promise.all(posts);
  await pool.close();
  return posted;
}

async function note({ begun, answered }: Posted, index: number, work: () => Promise<void>): Promise<void> {
  begun[index] = readClock();
  await work();
  answered[index] = readClock();
}

async function post(pool: Pool, { path, headers }: Address, body: string): Promise<void> {
  const answer = await pool.request({ method: 'POST', path, headers, body });
  if (answer.statusCode >= 200 && answer.statusCode < 300) return await answer.body.dump();
  throw new Error(`POST ${path} was answered ${answer.statusCode}: ${await answer.body.text()}`);
}
