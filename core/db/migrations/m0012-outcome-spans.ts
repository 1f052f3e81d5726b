import { Migration } from '@mikro-orm/migrations';

/**
 * Latencies become arrays in the rows of `outcomes`. Rows of 30 seconds are kept for 90 minutes only, since there are rows of 300 seconds for a day.
 * The table is written anew, which frees its disk space at once.
 *
 * Workers of the previous version go on beside new ones. They write rows of 30 seconds and of an hour and move `done_until`; new workers make the rows of
 * 300 seconds, and replace those of an hour. Old workers still write latencies to `delivery_times`, so that table stays for one more release. Nothing
 * reads it: the latencies of what old workers count from now on are missing from the percentiles. API processes of the previous version show no
 * percentiles and only the last 90 minutes in ranges of up to a day.
 */
export class M0012OutcomeSpans extends Migration {
  override up(): void {
    // Stops the counting. Readers are locked out from COLUMNS on only; it locks the tables in their order.
    this.addSql('select from rollup for update');
    this.addSql(KEPT);
    this.addSql(COLUMNS);
    this.addSql(EDGES);
    this.addSql(FILL);
  }
}

const SUMS = ['accepted', 'delivered', 'failed', 'cancelled', 'failed_attempts'];
const sums = SUMS.map((name) => `sum(${name})::int as ${name}`).join(', ');
const begin = (span: string, at: string) => `date_bin(${span} * interval '1 second', ${at}, timestamptz 'epoch')`;

/** The rows of hours that are over, since those of the others are not complete; rows of 300 seconds, made from those of 30 seconds; and the rows of 30 seconds that are not forgotten yet. */
const KEPT = `
create temporary table kept_outcomes on commit drop as
with edge as (
  select ${begin('300', 'done_until')} as middle_until, ${begin('3600', 'done_until')} as coarse_until from rollup
), level as (
  select 3600::smallint as source, 3600::smallint as span, timestamptz '-infinity' as begun, coarse_until as until from edge
  union all select 30, 300, '-infinity', middle_until from edge
  union all select 30, 30, least(now() - interval '90 minutes', middle_until), 'infinity' from edge
), part as (
  select l.span, o.at, webhook_id, ${SUMS.join(', ')}, null::smallint as bucket, 0 as times
  from level l join outcomes o on o.span = l.source and o.at >= l.begun and o.at < l.until
  union all
  select l.span, t.at, webhook_id, ${SUMS.map(() => 0).join(', ')}, bucket, deliveries
  from level l join delivery_times t on t.span = l.source and t.at >= l.begun and t.at < l.until
)
select span, at, webhook_id, ${sums},
  array_agg(bucket order by bucket) filter (where bucket is not null) as buckets,
  array_agg(times order by bucket) filter (where bucket is not null) as counts
from (
  select span, ${begin('span', 'at')} as at, webhook_id, bucket, ${sums}, sum(times)::int as times from part group by 1, 2, 3, 4
) part group by 1, 2, 3;`;

const COLUMNS = `
alter table rollup add column middle_until timestamptz, add column coarse_until timestamptz;
alter table outcomes add column buckets smallint[], add column counts integer[];
comment on column rollup.done_until is 'outcomes has rows of 30 seconds of everything before it; null: nothing yet';
comment on column rollup.middle_until is 'outcomes has rows of 300 seconds of everything before it; null: none';
comment on column rollup.coarse_until is 'outcomes has rows of 3600 seconds of everything before it; null: none';
comment on table outcomes is
  'what happened to each webhook''s deliveries in the span seconds from at: 30 for 90 minutes, 300 for 25 hours, 3600 for 32 days';
comment on column outcomes.buckets is 'latencies from accepted to delivered, in ascending order: 1.1 to the power of it, in milliseconds; null: none';
comment on column outcomes.counts is 'deliveries in each of the buckets';
comment on table delivery_times is 'no longer read; workers of an older version write it';`;

const EDGES = `
update rollup set middle_until = ${begin('300', 'done_until')}, coarse_until = ${begin('3600', 'done_until')};`;

const FILL = `
truncate outcomes, delivery_times;
insert into outcomes (span, at, webhook_id, ${SUMS.join(', ')}, buckets, counts)
select span, at, webhook_id, ${SUMS.join(', ')}, buckets, counts from kept_outcomes;`;
