import { uuidAt } from '../../core/db/partitions.ts';
import { coarsen } from './coarser-outcomes.ts';
import type { Execute } from '../../core/db/execute.ts';
import { COARSE, COLUMNS, FINE, literal, MIDDLE, platformSubject, spanOf, SUMS, wholeRows } from './outcome-spans.ts';

/** Each bucket of latencies is so many times the one before. */
export const TIME_BASE = 1.1;
export const BUCKET = `floor(ln(ms) / ${Math.log(TIME_BASE)})`;

/** An attempt that ended in a moment began at most this long before; Temporal gives a run two minutes. */
const LONGEST_ATTEMPT_MS = 5 * 60_000;
/** A delivery's id and the time of its creation differ by less. */
const ID_TOLERANCE_MS = 60_000;
/** What is written this long after it happened does not count. */
const GRACE = `interval '10 seconds'`;
/** The most that one step of rolling up looks at, in fine spans: an hour. */
export const MOST_SPANS = 3600 / FINE.span;
/** Rows that are forgotten in one statement. */
const FORGET_PART = 20_000;

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
  select d.webhook_id, d.platform, a.at, 0 as accepted, (a.error_message is null)::int as delivered, 0 as failed, 0 as cancelled,
    (a.error_message is not null)::int as failed_attempts, a.error_message,
    case when a.error_message is null and a.trigger = 'automatic'
      then greatest(1, extract(epoch from a.at - d.created_at)::float8 * 1000) end as ms
  from (
    select delivery_id, trigger, error_message, started_at + duration_ms * interval '1 millisecond' as at from attempts
    where started_at >= ${literal(later(from, -LONGEST_ATTEMPT_MS))} and started_at < ${literal(until)}
  ) a join deliveries d on d.id = a.delivery_id where ${within('a.at')}
  union all
  select webhook_id, platform, failed_at, 0, 0, (status = 'failed')::int, (status = 'cancelled')::int, 0, null, null
  from deliveries where ${within('failed_at')}
  union all
  select webhook_id, platform, created_at, 1, 0, 0, 0, 0, null, null from deliveries
  where id >= '${uuidAt(later(from, -ID_TOLERANCE_MS))}' and id < '${uuidAt(later(until, ID_TOLERANCE_MS))}'
    and ${within('created_at')}
)`;
}

const NEXT = `
  with locked as (select done_until from rollup for update skip locked), begin as (
    select coalesce(done_until, (select ${spanOf('created_at', FINE.span)} from deliveries order by id limit 1), now()) as begun
    from locked
  )
  select begun, least(${spanOf(`now() - ${GRACE}`, FINE.span)}, begun + ? * interval '${FINE.span} seconds') as until from begin`;

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

const fineRows = (subject: string) =>
  wholeRows(
    FINE,
    `select at, ${subject} as subject, ${SUMS.join(', ')}, ${BUCKET} as bucket, (ms is not null)::int as times from happened`,
  );

const rollUpOf = (from: Date, until: Date) => `
with ${happened(from, until)},
fine as (
  insert into outcomes (${COLUMNS}) ${fineRows('webhook_id')}
  on conflict do nothing
), platforms as (
  insert into outcomes (${COLUMNS}) ${fineRows(platformSubject('platform'))}
  on conflict do nothing
), ${STREAKS}
update rollup set done_until = ${literal(until)}`;

/** Rows are kept until the coarser ones are made from them. */
const FORGET = [
  { level: FINE, needed: MIDDLE.edge },
  { level: MIDDLE, needed: COARSE.edge },
  { level: COARSE, needed: COARSE.edge },
].map(
  ({ level, needed }) => `
    with gone as (
      delete from outcomes where ctid = any(array(
        select ctid from outcomes where span = ${level.span}
          and at < (select least(now() - interval '${level.kept}', coalesce(${needed}, '-infinity')) from rollup)
        limit ${FORGET_PART}
      )) returning 1
    )
    select count(*)::int as rows from gone`,
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
  await coarsen(execute, FINE, MIDDLE, spans * FINE.span);
  await coarsen(execute, MIDDLE, COARSE, spans * FINE.span);
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
