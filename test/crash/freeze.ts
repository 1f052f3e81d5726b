import { pause } from '../load.ts';
import type { Strike, StrikeContext } from './strike.ts';

/** Longer than the 6 s after which the other worker takes over, and well below an attempt's 15 s. */
const FROZEN_MS = { least: 8_500, most: 11_000 };
const AFTER_THAW_MS = 2_500;

/** The frozen worker finds that it was declared dead. Of its claims, only attempts that had already begun may arrive again. */
export async function freezeWorker({ arena, random }: StrikeContext): Promise<Strike> {
  const { system } = arena;
  const frozen = random.pick(system.livingWorkers());
  const eye = await arena.openEye();
  const back = Date.now();
  frozen.kill('SIGSTOP');
  const unknown = await eye.claimed([frozen.pid!]);
  await pause(random.between(FROZEN_MS.least, FROZEN_MS.most));
  const left = await eye.claimed([frozen.pid!]);
  await eye.close();
  frozen.kill('SIGCONT');
  await pause(AFTER_THAW_MS);
  return { back, unknown, faults: left.length > 0 ? [`${left.length} were not taken over`] : [] };
}
