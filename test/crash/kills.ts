import { pause } from '../load.ts';
import { crash } from '../system.ts';
import type { PartName } from './parts.ts';
import type { Strike, StrikeContext } from './strike.ts';

const LONGEST_DOWN_MS = 2_000;

/** Every event accepted with 202 is stored. Attempts do not depend on the API, so nothing may arrive twice. */
export async function killApi({ arena, random }: StrikeContext): Promise<Strike> {
  await crash(arena.system.api);
  await pause(random.between(0, LONGEST_DOWN_MS));
  const back = Date.now();
  await arena.system.startApi();
  return { back, unknown: [], faults: [] };
}

/** Kills one or both workers and starts replacements. */
export async function killWorkers({ arena, random }: StrikeContext): Promise<Strike> {
  const { system } = arena;
  const living = system.livingWorkers();
  const victims = random.chance() ? living : [random.pick(living)];
  const eye = await arena.openEye();
  const cutAt = Date.now();
  // Stopped briefly, so that their claims can be read before another worker takes them over.
  for (const victim of victims) victim.kill('SIGSTOP');
  const unknown = await eye.claimed(victims.map((victim) => victim.pid!));
  await Promise.all([...victims.map(crash), eye.close()]);
  await pause(random.between(0, LONGEST_DOWN_MS));
  const back = Date.now();
  await Promise.all(victims.map(() => system.startWorker()));
  return { back, unknown, cutAt, faults: [] };
}

/** The workers live on and know the outcome of their attempts, so nothing may arrive twice. */
export async function killTemporal(context: StrikeContext): Promise<Strike> {
  return await killPart(context, 'temporal');
}

/** As `killTemporal`, except for claims lost in the crash: if the other worker takes such a delivery, both attempts are in the history. */
export async function killPostgres(context: StrikeContext): Promise<Strike> {
  return { ...(await killPart(context, 'postgres')), losesClaims: true };
}

/** Simulates a power cut. */
export async function killEverything({ arena, random }: StrikeContext): Promise<Strike> {
  const { system, parts } = arena;
  const workers = system.livingWorkers();
  const cutAt = Date.now();
  await Promise.all([crash(system.api), ...workers.map(crash), parts.kill('temporal'), parts.kill('postgres')]);
  await pause(random.between(0, LONGEST_DOWN_MS));
  const back = Date.now();
  await Promise.all([parts.start('postgres'), parts.start('temporal')]);
  const unknown = await arena.unrecorded();
  await Promise.all([system.startApi(), ...workers.map(() => system.startWorker())]);
  return { back, unknown, cutAt, faults: [] };
}

async function killPart({ arena, random }: StrikeContext, name: PartName): Promise<Strike> {
  await arena.parts.kill(name);
  await pause(random.between(0, LONGEST_DOWN_MS));
  const back = Date.now();
  await arena.parts.start(name);
  return { back, unknown: [], faults: [] };
}
