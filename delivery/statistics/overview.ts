import type pg from 'pg';
import { where, Parameters, type OwnerFilter } from '../../core/db/owner.ts';
import { outcomesOf, readEdges } from './counted-outcomes.ts';
import { spanOf, sums } from './outcome-spans.ts';

export interface OverviewFilter extends OwnerFilter {
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
  const outcomes = outcomesOf(await readEdges(client), filter.from, filter.to, filter.bucketSeconds);
  const parameters = new Parameters();
  const conditions = parameters.owns('w', filter);
  if (filter.webhookId !== undefined) conditions.push(`w.id = ${parameters.bind(filter.webhookId)}`);
  const shown = conditions.length === 0 ? '' : `where webhook_id in (select w.id from webhooks w ${where(conditions)})`;
  const { rows } = await client.query<{ result: OverviewRows }>(
    `with ${outcomes}, mine as materialized (
      select ${spanOf('at', filter.bucketSeconds)} as at, webhook_id, ${sums()} from outcome ${shown} group by 1, 2
    ), buckets as (select at, ${sums()} from mine group by at),
    times as (
      select bucket, sum(times)::int as deliveries from outcome cross join unnest(buckets, counts) as time (bucket, times)
      ${shown} group by bucket
    ),
    failing as (
      select webhook_id, sum(failed_attempts)::int as failed_attempts, sum(delivered + failed_attempts)::int as attempts
      from mine group by webhook_id having sum(failed_attempts) > 0 order by 2 desc, webhook_id limit 10
    )
    select json_build_object(
      'buckets', (select coalesce(json_agg(b), '[]') from buckets b),
      'times', (select coalesce(json_agg(t order by t.bucket), '[]') from times t),
      'failing', (select coalesce(json_agg(json_build_object('id', w.id, 'url', w.url, 'platform', w.platform,
        'org_id', w.org_id, 'state', ${STATE}, 'failed_attempts', f.failed_attempts, 'attempts', f.attempts)
        order by f.failed_attempts desc, w.id), '[]') from failing f join webhooks w on w.id = f.webhook_id)
    ) as result`,
    parameters.values,
  );
  return rows[0]!.result;
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
