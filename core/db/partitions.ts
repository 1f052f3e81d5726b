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

/** Makes the weekly partitions of events, deliveries and attempts from last week to `weeksAhead` weeks from `now`. */
export async function ensurePartitions(query: Query, now: Date, weeksAhead = 8): Promise<void> {
  const first = startOfWeek(now) - WEEK_MS;
  for (let index = 0; index <= weeksAhead + 1; index++) {
    const from = new Date(first + index * WEEK_MS);
    const to = new Date(from.getTime() + WEEK_MS);
    for (const { table, fillfactor } of PARTITIONED) {
      await query(
        `create table if not exists ${partitionName(table, from)} partition of ${table}
         for values from ('${uuidAt(from)}') to ('${uuidAt(to)}') with (fillfactor = ${fillfactor})`,
      );
    }
  }
}

/**
 * Drops the partitions whose last row is older than `days` days. One that a delivery in the outbox still needs (held for
 * a long time, say) stays, and so do all younger ones. Returns the names of the dropped ones.
 */
export async function dropOldPartitions(query: Query, now: Date, days: number): Promise<string[]> {
  const [oldest] = await query(
    'select least((select min(delivery_id::text) from outbox), (select min(event_id::text) from outbox)) as id',
  );
  const needed = typeof oldest?.['id'] === 'string' ? oldest['id'] : null;
  const dropped: string[] = [];
  for (const row of await query(LIST)) {
    const name = String(row['name']);
    const end = startOfPartition(name) + WEEK_MS;
    const expired = end < now.getTime() - days * 24 * 60 * 60 * 1000;
    if (!expired || (needed !== null && needed < uuidAt(new Date(end)))) continue;
    await query(`drop table ${name}`);
    dropped.push(name);
  }
  return dropped;
}

const LIST = `
  select c.relname as name from pg_inherits i
  join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
  where p.relname in ('events', 'deliveries', 'attempts') and c.relkind = 'r' and c.relname ~ '_w[0-9]{8}$'
  order by right(c.relname, 8), c.relname`;

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
