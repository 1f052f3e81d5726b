import type { Query } from '../core/db/partitions.ts';
import { happened } from '../delivery/statistics/outcomes.ts';

/** Counts as workers did before five-minute rows existed: `seconds` from `done_until`, or from `begin` if nothing is counted yet. */
export async function rollUpAsBefore(query: Query, begin: Date, seconds: number): Promise<Date> {
  const [row] = await query('select done_until from rollup');
  const from = (row!['done_until'] as Date | null) ?? begin;
  const until = new Date(from.getTime() + seconds * 1000);
  await query(rollUpOf(from, until));
  return until;
}

const spanOf = (at: string, seconds: number) => `date_bin(interval '${seconds} seconds', ${at}, timestamptz 'epoch')`;
const SUMS = ['accepted', 'delivered', 'failed', 'cancelled', 'failed_attempts'];
const sums = SUMS.map((name) => `sum(${name})::int as ${name}`).join(', ');

const rollUpOf = (from: Date, until: Date) => `
with ${happened(from, until)},
outcome as materialized (
  select ${spanOf('at', 30)} as at, webhook_id, ${sums} from happened group by 1, 2
), fine as (
  insert into outcomes select 30, * from outcome on conflict do nothing
), coarse as (
  insert into outcomes as o select 3600, ${spanOf('at', 3600)}, webhook_id, ${sums} from outcome group by 2, 3
  on conflict (span, at, webhook_id) do update set ${SUMS.map((name) => `${name} = o.${name} + excluded.${name}`).join(', ')}
), time as materialized (
  select ${spanOf('at', 30)} as at, webhook_id, floor(ln(ms) / ${Math.log(1.1)}) as bucket, count(*)::int as deliveries
  from happened where ms is not null group by 1, 2, 3
), fine_times as (
  insert into delivery_times select 30, * from time on conflict do nothing
), coarse_times as (
  insert into delivery_times as t
  select 3600, ${spanOf('at', 3600)}, webhook_id, bucket, sum(deliveries) from time group by 2, 3, 4
  on conflict (span, at, webhook_id, bucket) do update set deliveries = t.deliveries + excluded.deliveries
)
update rollup set done_until = '${until.toISOString()}'`;
