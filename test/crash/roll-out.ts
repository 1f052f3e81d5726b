import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { pause } from '../load.ts';
import type { Strike, StrikeContext } from './strike.ts';

/** How long clients keep using the old API after it was told to stop. */
const UNAWARE_MS = 1_000;

/** A deploy: starts a new API and a new worker, then stops the old ones. Clients must not notice anything. */
export async function rollOut({ arena: { system }, traffic, random }: StrikeContext): Promise<Strike> {
  const faults: string[] = [];
  const [oldApi, oldUrl] = [system.api, system.apiUrl];
  await system.startApi({ elsewhere: true });
  traffic.targets = [oldUrl, system.apiUrl];
  await pause(random.between(200, 1_500));
  const apiEnded = terminate(oldApi);
  await pause(UNAWARE_MS);
  traffic.targets = [system.apiUrl];
  const oldWorker = random.pick(system.livingWorkers());
  await system.startWorker();
  await pause(random.between(0, 1_000));
  const back = Date.now();
  const codes = await Promise.all([apiEnded, terminate(oldWorker)]);
  if (codes.some((code) => code !== 0)) faults.push(`told to stop, they ended with ${codes.join(' and ')}`);
  return { back, unknown: [], faults };
}

async function terminate(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code, signal] = (await ended) as unknown[];
  return code ?? signal;
}
