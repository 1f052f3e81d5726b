import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { readClock } from './clock.ts';
import type { Target } from './target.ts';

/** Posts all bodies by so many clients, each with one request at a time. Returns the clock at the begin of each request. */
export async function postAll(target: Target, bodies: string[], clients: number): Promise<number[]> {
  const begun: number[] = [];
  const pool = new Pool(target.origin, { connections: clients, pipelining: 1 });
  let next = 0;
  const work = async () => {
    while (next < bodies.length) {
      const index = next++;
      begun[index] = readClock();
      await post(pool, target, bodies[index] ?? '');
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  await pool.close();
  return begun;
}

/** Posts the bodies at a steady rate, whether or not earlier ones are answered. Returns the clock at the begin of each. */
export async function postSteadily(target: Target, bodies: string[], perSecond: number): Promise<number[]> {
  const begun: number[] = [];
  const pool = new Pool(target.origin, { connections: 32, pipelining: 1 });
  const start = readClock();
  const posts: Promise<void>[] = [];
  for (const [index, body] of bodies.entries()) {
    await sleep(Math.max(0, start + (index * 1000) / perSecond - readClock()));
    begun.push(readClock());
    posts.push(post(pool, target, body));
  }
  await Promise.all(posts);
  await pool.close();
  return begun;
}

async function post(pool: Pool, { path, headers }: Target, body: string): Promise<void> {
  const answer = await pool.request({ method: 'POST', path, headers, body });
  if (answer.statusCode >= 200 && answer.statusCode < 300) return await answer.body.dump();
  throw new Error(`POST ${path} was answered ${answer.statusCode}: ${await answer.body.text()}`);
}
