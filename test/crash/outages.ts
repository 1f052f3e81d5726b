import { pause } from '../load.ts';
import type { PartName } from './parts.ts';
import type { Strike, StrikeContext } from './strike.ts';

const TEMPORAL_AWAY_MS = { short: 8_000, long: 30_000 };
/** Longer than the timeout of a query. */
const POSTGRES_AWAY_MS = { short: 7_000, long: 10_000 };

/** The API works without Temporal: every emit gets a 202. */
export async function awayTemporal(context: StrikeContext): Promise<Strike> {
  return await away(context, 'temporal', TEMPORAL_AWAY_MS);
}

/** Requests are refused at once and never hang. No restart is needed afterwards. */
export async function awayPostgres(context: StrikeContext): Promise<Strike> {
  const { system } = context.arena;
  const before = [system.api, ...system.livingWorkers()];
  const strike = await away(context, 'postgres', POSTGRES_AWAY_MS);
  if (!context.traffic.refused.some(({ status }) => status === 503)) strike.faults.push('no emit was refused with 503');
  const ended = before.filter((child) => child.exitCode !== null || child.signalCode !== null);
  if (ended.length > 0) strike.faults.push(`${ended.length} processes ended`);
  return strike;
}

/** The part is stopped, so that connections are refused, or frozen, so that they hang. The seed decides. */
async function away(
  { arena: { parts }, random, short }: StrikeContext,
  name: PartName,
  lasts: { short: number; long: number },
): Promise<Strike> {
  const silent = random.chance();
  if (silent) parts.freeze(name);
  else await parts.kill(name);
  await pause(short ? lasts.short : lasts.long);
  const back = Date.now();
  if (silent) parts.thaw(name);
  else await parts.start(name);
  return { back, unknown: [], losesClaims: name === 'postgres' && !silent, faults: [] };
}
