import {
  listPartitions,
  LOCK_TIMEOUT_MS,
  rangeOf,
  uuidAt,
  WEEK_MS,
  type Partition,
  type Query,
} from '../../core/db/partitions.ts';

/**
 * Drops the partitions whose rows are all from before `before`, events a week later than the rest, except those that a delivery in
 * the outbox still needs. Returns the names of the dropped ones.
 *
 * A partition is detached while others read and write, and then dropped. What is in use (by a backup, say) is left for the next time.
 */
export async function dropOldPartitions(query: Query, before: Date): Promise<string[]> {
  const expired = (await listPartitions(query)).filter((partition) => isPast(partition, before));
  const needed = await findNeeded(query, expired);
  const dropped: string[] = [];
  for (const partition of expired) {
    if (!needed.has(partition.name) && (await dropPartition(query, partition))) dropped.push(partition.name);
  }
  return dropped;
}

/**
 * Whether all of its rows are from before, and in a partition of events or of their values those of their deliveries as well: their ids are made by other clocks,
 * so that they may be of the following week.
 */
export function isPast(partition: Partition, before: Date): boolean {
  const outlivedMs = partition.name.startsWith('event') ? WEEK_MS : 0;
  return rangeOf(partition).to.getTime() + outlivedMs < before.getTime();
}

/** The names of those that have rows of deliveries in the outbox. What was detached before is out of reach and not asked about. */
async function findNeeded(query: Query, partitions: Partition[]): Promise<Set<string>> {
  const attached = partitions.filter(({ parent, pending }) => parent !== null && !pending);
  const ofEvents = attached.filter(({ parent }) => parent === 'events');
  const eventWeeks = ofEvents.length > 0 ? await findEventWeeks(query, rangeOf(ofEvents.at(-1)!).to) : new Set();
  const needed = new Set<string>();
  for (const partition of attached) {
    const { from, to } = rangeOf(partition);
    const isNeeded =
      partition.parent === 'events'
        ? eventWeeks.has(from.getTime() / WEEK_MS)
        : (await query(HAS_OPEN, [uuidAt(from), uuidAt(to)])).length > 0;
    if (isNeeded) needed.add(partition.name);
  }
  return needed;
}

const HAS_OPEN = 'select from outbox where delivery_id >= $1 and delivery_id < $2 limit 1';

/** Rows of the outbox that one statement looks at. */
const WALK = 20_000;

/** The weeks since 1970 of the events before `before` that the outbox names. No index leads to them, so it is read in parts. */
async function findEventWeeks(query: Query, before: Date): Promise<Set<number>> {
  const weeks = new Set<number>();
  for (let after: string | null = uuidAt(new Date(0)); after !== null;) {
    const [part] = (await query(EVENT_WEEKS, [after, uuidAt(before)])) as unknown as {
      last: string;
      weeks: string[];
    }[];
    for (const week of part!.weeks) weeks.add(Number(week));
    after = part!.last;
  }
  return weeks;
}

const EVENT_WEEKS = `
  with part as materialized (
    select delivery_id, event_id from outbox where delivery_id > $1 order by delivery_id limit ${WALK}
  )
  select max(delivery_id::text) as last, array(
      select distinct ('x' || left(replace(event_id::text, '-', ''), 12))::bit(48)::bigint / ${WEEK_MS}
      from part where event_id < $2
    ) as weeks
  from part`;

/** Whether it could be dropped. */
async function dropPartition(query: Query, { name, parent, pending }: Partition): Promise<boolean> {
  try {
    if (parent !== null)
      await query(`alter table ${parent} detach partition ${name} ${pending ? 'finalize' : 'concurrently'}`);
    await query(`select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true); drop table ${name}`);
    return true;
  } catch (error) {
    if (!IN_USE.includes(String((error as { code?: unknown }).code))) throw error;
    return false;
  }
}

/** A lock that was not to be had in time, a statement that took too long, another detach that is not finished. */
const IN_USE = ['55P03', '57014', '55000'];
