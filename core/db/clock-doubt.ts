import { timeInId, uuidAt, type Query } from './partitions.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Clocks of machines that work together differ by less. */
const TOLERANCE_MS = HOUR_MS;
/** Events come more often than that, or what is old can wait until they do. */
const LONGEST_SILENCE_MS = 7 * DAY_MS;

/** The time by the database's clock, which all processes share. */
export async function databaseTime(query: Query): Promise<Date> {
  const [row] = await query('select now() as now');
  return row!['now'] as Date;
}

/**
 * Why nothing must be dropped by the time `now`, which the database says; null: it is plausible. Then this process's clock agrees, and events
 * have been stored at about that time for a day, so that a clock that jumped is noticed before it costs anything.
 */
export async function findClockDoubt(query: Query, now: Date): Promise<string | null> {
  const differenceMs = Math.abs(Date.now() - now.getTime());
  if (differenceMs > TOLERANCE_MS) {
    return `its clock and the one of the database differ by ${Math.round(differenceMs / 1000)} s`;
  }
  const newest = await findNewestEvent(query, null);
  if (newest && newest.getTime() - now.getTime() > TOLERANCE_MS) {
    return `there is an event of ${newest.toISOString()}, but the database says that it is ${now.toISOString()}`;
  }
  const aDayAgo = new Date(now.getTime() - DAY_MS);
  const before = await findNewestEvent(query, aDayAgo);
  if (before && aDayAgo.getTime() - before.getTime() > LONGEST_SILENCE_MS) {
    return `nothing was stored from ${before.toISOString()} until a day before ${now.toISOString()}`;
  }
  return null;
}

async function findNewestEvent(query: Query, before: Date | null): Promise<Date | null> {
  const [row] = await query(NEWEST, [before && uuidAt(before)]);
  return row ? timeInId(row['id'] as string) : null;
}

const NEWEST = `
  select id from events where id < coalesce($1::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') order by id desc limit 1`;
