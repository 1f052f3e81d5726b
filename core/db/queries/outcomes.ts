import { uuidAt } from '../partitions.ts';
import type { Execute } from './execute.ts';

/** Seconds that one row of `outcomes` stands for: fine ones are kept for a day, coarse ones for a month. */
export const FINE_SPAN = 30;
export const COARSE_SPAN = 3600;

/** Each bucket of `delivery_times` is so many times the one before. */
export const TIME_BASE = 1.1;
export const BUCKET = `floor(ln(ms) / ${Math.log(TIME_BASE)})`;

/** An attempt that ended in a moment began at most this long before; Temporal gives a run two minutes. */
const LONGEST_ATTEMPT_MS = 5 * 60_000;
/** A delivery's id and the time of its creation differ by less. */
const ID_TOLERANCE_MS = 60_000;
/** What is written this long after it happened does not count. */
const GRACE = `interval '10 seconds'`;
/** The most that one step of rolling up looks at, in fine spans: an hour. */
export const MOST_SPANS = 3600 / FINE_SPAN;
/** Rows that are forgotten in one statement. */
const FORGET_PART = 20_000;

const literal = (time: Date) => `timestamptz '${time.toISOString()}'`;
const later = (time: Date, ms: number) => new Date(time.getTime() + ms);

/**
 * The CTE `happened`: what happened from `from` until `until`, one row for each thing, with `ms` from accepted to delivered where
 * it was not sent by hand. Everything is found by time: attempts by their BRIN index, what ended without success by `failed_at`,
 * what was accepted by the time inside its id. The times are literals, so that the plan is made for them.
 */
export function happened(from: Date, until: Date): string {
  const within = (column: string) => `${column} >= ${literal(from)} and ${column} < ${literal(until)}`;
  return `
happened as materialized (
  select d.webhook_id, a.at, 0 as accepted, (a.error_message is null)::int as delivered, 0 as failed, 0 as cancelled,
    (a.error_message is not null)::int as failed_attempts, a.error_message,
    case when a.error_message is null and a.trigger = 'automatic'
      then greatest(1, extract(epoch from a.at - d.created_at)::float8 * 1000) end as ms
  from (
    select delivery_id, trigger, error_message, started_at + duration_ms * interval '1 millisecond' as at from attempts
    where started_at >= ${literal(later(from, -LONGEST_ATTEMPT_MS))} and started_at < ${literal(until)}
  ) a join deliveries d on d.id = a.delivery_id where ${within('a.at')}
  union all
  select webhook_id, failed_at, 0, 0, (status = 'failed')::int, (status = 'cancelled')::int, 0, null, null
  from deliveries where ${within('failed_at')}
  union all
  select webhook_id, created_at, 1, 0, 0, 0, 0, null, null from deliveries
  where id >= '${uuidAt(later(from, -ID_TOLERANCE_MS))}' and id < '${uuidAt(later(until, ID_TOLERANCE_MS))}'
    and ${within('created_at')}
)`;
}

/** The begin of the span that a moment is in. */
export function spanOf(at: string, seconds: number): string {
  return `date_bin(interval '${seconds} seconds', ${at}, timestamptz 'epoch')`;
}

const SUMS = ['accepted', 'delivered', 'failed', 'cancelled', 'failed_attempts'] as const;

export function sums(prefix = ''): string {
  return SUMS.map((name) => `sum(${prefix}${name})::int as ${name}`).join(', ');
}

const NEXT = `
  with locked as (select done_until from rollup for update skip locked), begin as (
    select coalesce(done_until, (select ${spanOf('created_at', FINE_SPAN)} from deliveries order by id limit 1), now()) as begun
    from locked
  )
  select begun, least(${spanOf(`now() - ${GRACE}`, FINE_SPAN)}, begun + ? * interval '${FINE_SPAN} seconds') as until from begin`;

/** What became of each webhook's attempts since its last success; in `last_failures`, for as long as it does not succeed. */
const STREAKS = `
tries as materialized (
  select webhook_id, at, error_message, max(at) filter (where error_message is null) over (partition by webhook_id) as success_at
  from (
    select webhook_id, max(at) as at, null as error_message from happened where delivered = 1 group by webhook_id
    union all
    select webhook_id, at, error_message from happened where failed_attempts = 1
  ) try
), streaks as materialized (
  select webhook_id, max(success_at) as success_at, bool_or(error_message is not null) as failed,
    min(at) filter (where error_message is not null and at > coalesce(success_at, '-infinity')) as failing_since,
    count(*) filter (where error_message is not null and at > coalesce(success_at, '-infinity'))::int as failures
  from tries group by webhook_id
), failures as (
  insert into last_failures as f (webhook_id, at, message, failing_since, failures)
  select distinct on (t.webhook_id) t.webhook_id, t.at, t.error_message, s.failing_since, s.failures
  from tries t join streaks s on s.webhook_id = t.webhook_id where t.error_message is not null
  order by t.webhook_id, t.at desc
  on conflict (webhook_id) do update set
    at = greatest(f.at, excluded.at),
    message = case when excluded.at >= f.at then excluded.message else f.message end,
    (failing_since, failures) = (
      select case when s.success_at is null then coalesce(f.failing_since, s.failing_since) else s.failing_since end,
        s.failures + case when s.success_at is null then f.failures else 0 end
      from streaks s where s.webhook_id = f.webhook_id
    )
), recovered as (
  update last_failures f set failing_since = null, failures = 0 from streaks s
  where s.webhook_id = f.webhook_id and not s.failed and f.failing_since is not null
)`;

/** A row for each event and attempt is read as seldom as can be: what is coarse is made of what is fine. */
const rollUpOf = (from: Date, until: Date) => `
with ${happened(from, until)},
outcome as materialized (
  select ${spanOf('at', FINE_SPAN)} as at, webhook_id, ${sums()} from happened group by 1, 2
), fine as (
  insert into outcomes select ${FINE_SPAN}, * from outcome on conflict do nothing
), coarse as (
  insert into outcomes as o select ${COARSE_SPAN}, ${spanOf('at', COARSE_SPAN)}, webhook_id, ${sums()} from outcome group by 2, 3
  on conflict (span, at, webhook_id) do update set ${SUMS.map((name) => `${name} = o.${name} + excluded.${name}`).join(', ')}
), time as materialized (
  select ${spanOf('at', FINE_SPAN)} as at, webhook_id, ${BUCKET} as bucket, count(*)::int as deliveries
  from happened where ms is not null group by 1, 2, 3
), fine_times as (
  insert into delivery_times select ${FINE_SPAN}, * from time on conflict do nothing
), coarse_times as (
  insert into delivery_times as t
  select ${COARSE_SPAN}, ${spanOf('at', COARSE_SPAN)}, webhook_id, bucket, sum(deliveries) from time group by 2, 3, 4
  on conflict (span, at, webhook_id, bucket) do update set deliveries = t.deliveries + excluded.deliveries
), ${STREAKS}
update rollup set done_until = ${literal(until)}`;

const AGES = [
  { span: FINE_SPAN, age: '25 hours' },
  { span: COARSE_SPAN, age: '32 days' },
];
const FORGET = ['outcomes', 'delivery_times'].flatMap((table) =>
  AGES.map(
    ({ span, age }) => `
    with gone as (
      delete from ${table} where ctid = any(array(
        select ctid from ${table} where span = ${span} and at < now() - interval '${age}' limit ${FORGET_PART}
      )) returning 1
    )
    select count(*)::int as rows from gone`,
  ),
);

/**
 * Counts what happened since the last time, at most `spans` fine spans of it. To be run in a transaction; one of those that do it at once
 * does it. Returns whether there may be more to count.
 */
export async function rollUp(execute: Execute, spans = MOST_SPANS): Promise<boolean> {
  const [next] = await execute(NEXT, [spans]);
  if (!next) return false;
  const { begun, until } = next as { begun: string; until: string };
  const range = { from: new Date(begun), until: new Date(until) };
  if (range.until <= range.from) return false;
  await execute(rollUpOf(range.from, range.until));
  return true;
}

/** Forgets a part of what is too old to be asked for. Returns whether there may be more of it. */
export async function forgetOutcomes(execute: Execute): Promise<boolean> {
  let more = false;
  for (const sql of FORGET) {
    const [gone] = await execute(sql);
    more ||= gone!['rows'] === FORGET_PART;
  }
  return more;
}
