import { Migration } from '@mikro-orm/migrations';

/**
 * Rows of `outcomes` for a whole platform, so that an overview does not add up the rows of all webhooks. Workers of an older version cannot count once
 * the column has its new name: they log a warning, and the new workers count for all.
 */
export class M0014PlatformOutcomes extends Migration {
  override up(): void {
    // Stops the counting. Readers are locked out from SUBJECT on only.
    this.addSql('select from rollup for update');
    this.addSql(PLATFORMS);
    this.addSql(FAILED);
    this.addSql(SUBJECT);
  }
}

const SUMS = ['accepted', 'delivered', 'failed', 'cancelled', 'failed_attempts'];

const PLATFORMS = `
insert into outcomes (span, at, webhook_id, ${SUMS.join(', ')}, buckets, counts)
with part as (
  select o.span, o.at, w.platform, ${SUMS.map((name) => `o.${name}`).join(', ')}, null::smallint as bucket, 0 as times
  from outcomes o join webhooks w on w.id = o.webhook_id
  union all
  select o.span, o.at, w.platform, ${SUMS.map(() => 0).join(', ')}, bucket, times
  from outcomes o join webhooks w on w.id = o.webhook_id cross join unnest(o.buckets, o.counts) as time (bucket, times)
)
select span, at, md5(platform)::uuid, ${SUMS.map((name) => `sum(${name})::int`).join(', ')},
  array_agg(bucket order by bucket) filter (where bucket is not null),
  array_agg(times order by bucket) filter (where bucket is not null)
from (
  select span, at, platform, bucket, ${SUMS.map((name) => `sum(${name}) as ${name}`).join(', ')}, sum(times)::int as times
  from part group by 1, 2, 3, 4
) part group by 1, 2, platform;`;

const FAILED = `
create index outcomes_failed on outcomes (span, at) include (webhook_id, failed_attempts) where failed_attempts > 0;`;

const SUBJECT = `
drop table delivery_times;
alter table outcomes rename column webhook_id to subject;
alter index outcomes_by_webhook rename to outcomes_by_subject;
comment on column outcomes.subject is 'a webhook, or the MD5 of a platform''s name: all webhooks of the platform';
comment on table outcomes is
  'what happened to deliveries in the span seconds from at: 30 for 90 minutes, 300 for 25 hours, 3600 for 32 days';`;
