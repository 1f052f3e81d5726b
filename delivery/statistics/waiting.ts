import type pg from 'pg';
import { timeInId } from '../../core/db/partitions.ts';

/** The largest count of one look, so that its cost is bounded. */
const MOST_COUNTED = 100_000;

/** Deliveries that have not ended, by what they wait for. `line`: behind another one of their key (ordered delivery). */
export const WAITING_STATES = ['due', 'in_flight', 'backoff', 'line', 'held'] as const;
export type WaitingState = (typeof WAITING_STATES)[number];

export interface Waiting {
  /** At most 100,000 are counted. */
  counts: Record<WaitingState, number>;
  /** How long ago the oldest of each state was accepted, in seconds; 0: there is none. */
  oldest: Record<WaitingState, number>;
  /** How long the delivery that became due first has been due, in seconds. */
  dueFor: number;
}

const part = (state: WaitingState, rows: string) =>
  `select '${state}' as state, (select count(*)::int from ${rows}) as waiting, (select delivery_id from ${rows} order by delivery_id limit 1) as oldest`;

/** Ranges of the index `outbox_due`, and held deliveries by their webhooks: nothing reads the whole outbox. */
const COUNT = `
with ready as materialized (
  select delivery_id, claimed_by, due_at from outbox where due_at <= now() order by due_at limit ${MOST_COUNTED}
), later as materialized (
  select delivery_id, claimed_by from outbox where due_at > now() and due_at < 'infinity' order by due_at limit ${MOST_COUNTED}
), line as materialized (
  select delivery_id from outbox where due_at = 'infinity' limit ${MOST_COUNTED}
), held as materialized (
  select o.delivery_id from webhooks w cross join lateral (
    select delivery_id from outbox where webhook_id = w.id and due_at is null order by delivery_id limit ${MOST_COUNTED}
  ) o
  where w.paused_at is not null or w.propagating is not null limit ${MOST_COUNTED}
), due as (select * from ready where claimed_by is null
), in_flight as (
  select delivery_id from ready where claimed_by is not null union all select delivery_id from later where claimed_by is not null
), backoff as (select * from later where claimed_by is null)
select *, extract(epoch from now())::float8 as now, (select extract(epoch from now() - min(due_at))::float8 from due) as due_for from (
  ${WAITING_STATES.map((state) => part(state, state)).join('\n  union all ')}
) states`;

interface Row {
  state: WaitingState;
  waiting: number;
  oldest: string | null;
  /** In seconds since 1970. */
  now: number;
  due_for: number | null;
}

/** Counts the deliveries that have not ended. */
export async function countWaiting(pool: pg.Pool): Promise<Waiting> {
  const { rows } = await pool.query<Row>(COUNT);
  return {
    counts: Object.fromEntries(rows.map(({ state, waiting }) => [state, waiting])) as Waiting['counts'],
    oldest: Object.fromEntries(rows.map((row) => [row.state, ageOf(row)])) as Waiting['oldest'],
    dueFor: rows[0]!.due_for ?? 0,
  };
}

function ageOf({ oldest, now }: Row): number {
  return oldest === null ? 0 : Math.max(0, now - timeInId(oldest).getTime() / 1_000);
}
