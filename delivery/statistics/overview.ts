import type pg from 'pg';
import { where, Parameters, type OwnerFilter } from '../../core/db/owner.ts';
import { moreOutcomesOf, outcomesOf, readEdges } from './counted-outcomes.ts';
import { platformSubject, spanOf, sums } from './outcome-spans.ts';

export interface OverviewFilter extends OwnerFilter {
  /** All platforms there are. */
  platforms: string[];
  webhookId: string | undefined;
  from: Date;
  /** Exclusive, and now. */
  to: Date;
  /** A multiple of 30. */
  bucketSeconds: number;
}

interface BucketRow {
  at: string;
  accepted: number;
  delivered: number;
  failed: number;
  cancelled: number;
  failed_attempts: number;
}

interface TimesRow {
  bucket: number;
  deliveries: number;
}

interface FailingRow {
  id: string;
  url: string;
  platform: string;
  org_id: string;
  state: 'active' | 'paused' | 'off' | 'deleted';
  failed_attempts: number;
  attempts: number;
}

export interface OverviewRows {
  buckets: BucketRow[];
  times: TimesRow[];
  failing: FailingRow[];
}

/** To be run in one snapshot, so that nothing counts twice. */
export async function readOverview(client: pg.ClientBase, filter: OverviewFilter): Promise<OverviewRows> {
  const edges = await readEdges(client);
  const range = { from: filter.from, to: filter.to, longest: filter.bucketSeconds };
  const parameters = new Parameters();
  const { total, totalSubjects, shown } = await subjectsOf(client, filter, parameters);
  const { rows } = await client.query<{ result: OverviewRows }>(
    `with ${outcomesOf(edges, range)}, ${moreOutcomesOf('total', total, edges, range)},
    buckets as (
      select ${spanOf('at', filter.bucketSeconds)} as at, ${sums()} from total where subject = any(${totalSubjects}) group by 1
    ),
    times as (
      select bucket, sum(times)::int as deliveries from total cross join unnest(buckets, counts) as time (bucket, times)
      where subject = any(${totalSubjects}) group by bucket
    ),
    failing as materialized (
      select subject, sum(failed_attempts)::int as failed_attempts from outcome where failed_attempts > 0 and ${shown}
      group by subject order by 2 desc, subject limit 10
    ),
    attempts as (
      select subject, sum(delivered + failed_attempts)::int as attempts from outcome
      where subject = any(array(select subject from failing)) group by subject
    )
    select json_build_object(
      'buckets', (select coalesce(json_agg(b), '[]') from buckets b),
      'times', (select coalesce(json_agg(t order by t.bucket), '[]') from times t),
      'failing', (select coalesce(json_agg(json_build_object('id', w.id, 'url', w.url, 'platform', w.platform,
        'org_id', w.org_id, 'state', ${STATE}, 'failed_attempts', f.failed_attempts, 'attempts', a.attempts)
        order by f.failed_attempts desc, w.id), '[]')
        from failing f join attempts a on a.subject = f.subject join webhooks w on w.id = f.subject)
    ) as result`,
    parameters.values,
  );
  return rows[0]!.result;
}

/**
 * Whose rows of `outcomes` add up to what the filter asks for: those of whole platforms, or of the webhooks. `shown` is the condition on `subject` for
 * single webhooks.
 */
async function subjectsOf(client: pg.ClientBase, filter: OverviewFilter, parameters: Parameters) {
  if (filter.webhookId === undefined && !filter.orgId) {
    const platforms = filter.platform === null ? filter.platforms : [filter.platform];
    const names = platforms.map((platform) => parameters.bind(platform));
    return {
      total: platformSubject('platform'),
      totalSubjects: `array[${names.map(platformSubject).join(', ')}]`,
      shown: `subject in (select id from webhooks where platform in (${names.join(', ')}))`,
    };
  }
  const owned = new Parameters();
  const conditions = owned.owns('w', filter);
  if (filter.webhookId !== undefined) conditions.push(`w.id = ${owned.bind(filter.webhookId)}`);
  const { rows } = await client.query<{ id: string }>(`select w.id from webhooks w ${where(conditions)}`, owned.values);
  const webhooks = `${parameters.bind(rows.map(({ id }) => id))}::uuid[]`;
  return { total: 'webhook_id', totalSubjects: webhooks, shown: `subject = any(${webhooks})` };
}

const STATE = `case when w.deleted_at is not null then 'deleted' when not w.active then 'off'
  when w.paused_at is not null then 'paused' else 'active' end`;

export interface WaitingRow {
  pending: number;
  retrying: number;
  held: number;
  pending_since: Date | null;
  retrying_since: Date | null;
  held_since: Date | null;
}

/** What is in the outbox, and when the oldest of each kind was accepted. */
export async function readWaiting(
  client: pg.ClientBase,
  filter: OwnerFilter & { webhookId: string | undefined },
): Promise<WaitingRow> {
  const parameters = new Parameters();
  const conditions = parameters.owns('w', filter);
  if (filter.webhookId !== undefined) conditions.push(`w.id = ${parameters.bind(filter.webhookId)}`);
  const shown = conditions.length === 0 ? [] : [`o.webhook_id in (select w.id from webhooks w ${where(conditions)})`];
  const since = (kind: string) =>
    `(select created_at from deliveries where id = (
      select o.delivery_id from outbox o ${where([kind, ...shown])} order by o.delivery_id limit 1))`;
  const { rows } = await client.query<WaitingRow>(
    `select ${KINDS.map(([name, kind]) => `count(*) filter (where ${kind})::int as ${name}`).join(', ')},
      ${KINDS.map(([name, kind]) => `${since(kind)} as ${name}_since`).join(', ')}
    from outbox o ${where(shown)}`,
    parameters.values,
  );
  return rows[0]!;
}

const KINDS = [
  ['pending', 'o.attempts = 0 and o.due_at is not null'],
  ['retrying', 'o.attempts > 0 and o.due_at is not null'],
  ['held', 'o.due_at is null'],
] as const;
