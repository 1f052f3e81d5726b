import { timeInId, uuidAt, type Query } from './partitions.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Tolerated difference between clocks, milliseconds. */
const TOLERANCE_MS = HOUR_MS;
/** A longer gap between events makes the clock doubtful. */
const LONGEST_SILENCE_MS = 7 * DAY_MS;

/** The time by the database's clock, which all processes share. */
export async function databaseTime(query: Query): Promise<Date> {
  const [row] = await query('select now() as now');
  return row!['now'] as Date;
}

/**
 * Why nothing may be dropped by the database's time `now`; null: the time is plausible. It is if this process's clock agrees and events
 * have been stored at about that time for a day, so that a clock that jumped is noticed before data is dropped.
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
