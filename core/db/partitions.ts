const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const PARTITIONED = [
  { table: 'events', fillfactor: 100 },
  { table: 'deliveries', fillfactor: 70 },
  { table: 'attempts', fillfactor: 100 },
] as const;

/** Runs one SQL statement and returns its rows. */
export type Query = (sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>;

/** The smallest UUIDv7-ordered id of a moment: the bound of a partition, or of a time filter on ids. */
export function uuidAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Any constant: processes that make partitions at once take turns. */
const LOCK = 7_063_742;
/** No statement here waits longer for a lock: whoever wants the table after it would wait, too. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Makes the weekly partitions of events, deliveries and attempts from last week to `weeksAhead` weeks from `now`. A partition is made apart
 * and then attached, which no reader or writer waits for, and which waits for none of them (a backup, say).
 */
export async function ensurePartitions(query: Query, now: Date, weeksAhead = 8): Promise<void> {
  const known = new Set((await query(LIST)).map((row) => row['name']));
  const first = startOfWeek(now) - WEEK_MS;
  for (let index = 0; index <= weeksAhead + 1; index++) {
    const from = new Date(first + index * WEEK_MS);
    for (const { table, fillfactor } of PARTITIONED) {
      const name = partitionName(table, from);
      if (!known.has(name)) await makePartition(query, table, name, from, fillfactor);
    }
  }
}

/** One string of statements is one transaction, so that nothing is left behind when it fails. */
async function makePartition(query: Query, table: string, name: string, from: Date, fillfactor: number) {
  const to = new Date(from.getTime() + WEEK_MS);
  await query(`
    select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true);
    select pg_advisory_xact_lock(${LOCK});
    do $$ begin
      if to_regclass('${name}') is null then
        create table ${name} (like ${table} including all) with (fillfactor = ${fillfactor});
        alter table ${table} attach partition ${name} for values from ('${uuidAt(from)}') to ('${uuidAt(to)}');
      end if;
    end $$`);
}

/**
 * Drops the partitions whose last row is older than `days` days. One that a delivery in the outbox still needs (held for
 * a long time, say) stays, and so do all younger ones. Returns the names of the dropped ones.
 *
 * A partition is detached while others read and write, and then dropped. What is in use (by a backup, say) is left for the next time.
 */
export async function dropOldPartitions(query: Query, now: Date, days: number): Promise<string[]> {
  const [oldest] = await query(
    'select least((select min(delivery_id::text) from outbox), (select min(event_id::text) from outbox)) as id',
  );
  const needed = typeof oldest?.['id'] === 'string' ? oldest['id'] : null;
  const dropped: string[] = [];
  for (const row of (await query(LIST)) as unknown as Partition[]) {
    const end = startOfPartition(row.name) + WEEK_MS;
    const expired = end < now.getTime() - days * 24 * 60 * 60 * 1000;
    if (!expired || (needed !== null && needed < uuidAt(new Date(end)))) continue;
    if (await dropPartition(query, row)) dropped.push(row.name);
  }
  return dropped;
}

interface Partition {
  name: string;
  /** Null: it was detached and has yet to be dropped. */
  parent: string | null;
  /** It was to be detached, and somebody still read it. */
  pending: boolean;
}

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

const LIST = `
  select c.relname as name, p.relname as parent, coalesce(i.inhdetachpending, false) as pending from pg_class c
  left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
  where c.relname ~ '^(events|deliveries|attempts)_w[0-9]{8}$' and c.relkind = 'r' and pg_table_is_visible(c.oid)
  order by coalesce(i.inhdetachpending, false) desc, right(c.relname, 8), c.relname`;

function startOfWeek(now: Date): number {
  return Math.floor(now.getTime() / WEEK_MS) * WEEK_MS;
}

function partitionName(table: string, from: Date): string {
  return `${table}_w${from.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

function startOfPartition(name: string): number {
  const day = name.slice(-8);
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
}
