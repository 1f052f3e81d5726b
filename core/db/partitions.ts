export const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const PARTITIONED = [
  { table: 'events', fillfactor: 100 },
  { table: 'deliveries', fillfactor: 70 },
  { table: 'attempts', fillfactor: 100 },
  { table: 'event_values', fillfactor: 100 },
] as const;

/** Runs one SQL statement and returns its rows. */
export type Query = (sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>;

/** The smallest UUIDv7 of a moment: the bound of a partition or of a time filter on ids. */
export function uuidAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The time in a UUIDv7. */
export function timeInId(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}

/** An arbitrary constant: a lock that serializes the creation of partitions. */
const LOCK = 7_063_742;
/** Maximum wait for a lock. PostgreSQL cancels an autovacuum that has it after `deadlock_timeout`, 1 s by default. */
export const LOCK_TIMEOUT_MS = 1_500;

export interface Reach {
  /** Default 8. */
  weeksAhead?: number;
  /** Weeks that ended before this are omitted, so that dropped partitions are not created again. Default: none. */
  keptFrom?: Date;
}

/**
 * Creates the weekly partitions of events, their values, deliveries and attempts from last week to `weeksAhead` weeks from `now`. A partition is created separately
 * and then attached, so that it and readers (such as a backup) and writers do not wait for each other.
 */
export async function ensurePartitions(query: Query, now: Date, { weeksAhead = 8, keptFrom }: Reach = {}) {
  const known = new Set((await listPartitions(query)).map((one) => one.name));
  const first = startOfWeek(now) - WEEK_MS;
  for (let index = 0; index <= weeksAhead + 1; index++) {
    const from = new Date(first + index * WEEK_MS);
    if (keptFrom && from.getTime() + WEEK_MS < keptFrom.getTime()) continue;
    for (const { table, fillfactor } of PARTITIONED) {
      const name = partitionName(table, from);
      if (!known.has(name)) await makePartition(query, table, name, from, fillfactor);
    }
  }
}

/** One string of statements is one transaction, so a failure leaves nothing behind. A table that a migration has yet to create is left out. */
async function makePartition(query: Query, table: string, name: string, from: Date, fillfactor: number) {
  const to = new Date(from.getTime() + WEEK_MS);
  await query(`
    select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true);
    select pg_advisory_xact_lock(${LOCK});
    do $$ begin
      if to_regclass('${name}') is null and to_regclass('${table}') is not null then
        create table ${name} (like ${table} including all) with (fillfactor = ${fillfactor});
        alter table ${table} attach partition ${name} for values from ('${uuidAt(from)}') to ('${uuidAt(to)}');
      end if;
    end $$`);
}

export interface Partition {
  name: string;
  /** Null: it was detached and not dropped yet. */
  parent: string | null;
  /** Detaching it was interrupted by a reader. */
  pending: boolean;
}

/** Unfinished ones first, then the oldest first. */
export async function listPartitions(query: Query): Promise<Partition[]> {
  return (await query(LIST)) as unknown as Partition[];
}

/** The time until which all tables have partitions from `now` on, without a gap. Null: none for now. */
export function horizonOf(partitions: Partition[], now: Date): Date | null {
  const attached = new Set(partitions.filter((one) => one.parent !== null && !one.pending).map((one) => one.name));
  const begin = startOfWeek(now);
  let end = begin;
  while (PARTITIONED.every(({ table }) => attached.has(partitionName(table, new Date(end))))) end += WEEK_MS;
  return end === begin ? null : new Date(end);
}

/** The ids that belong in a partition: from `from`, before `to`. */
export function rangeOf({ name }: Partition): { from: Date; to: Date } {
  const day = name.slice(-8);
  const from = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
  return { from: new Date(from), to: new Date(from + WEEK_MS) };
}

const LIST = `
  select c.relname as name, p.relname as parent, coalesce(i.inhdetachpending, false) as pending from pg_class c
  left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
  where c.relname ~ '^(events|deliveries|attempts|event_values)_w[0-9]{8}$' and c.relkind = 'r' and pg_table_is_visible(c.oid)
  order by coalesce(i.inhdetachpending, false) desc, right(c.relname, 8), c.relname`;

function startOfWeek(now: Date): number {
  return Math.floor(now.getTime() / WEEK_MS) * WEEK_MS;
}

function partitionName(table: string, from: Date): string {
  return `${table}_w${from.toISOString().slice(0, 10).replaceAll('-', '')}`;
}
