import type pg from 'pg';
import { where, Parameters, type OwnerFilter } from '../owner.ts';
import { BUCKET, COARSE_SPAN, FINE_SPAN, happened, spanOf, sums } from './outcomes.ts';

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

/** Until when `outcomes` has everything; null: it has nothing. */
export async function readEdge(client: pg.ClientBase): Promise<Date | null> {
  const { rows } = await client.query<{ done_until: Date | null }>('select done_until from rollup');
  return rows[0]?.done_until ?? null;
}

/** What was counted already, and what has happened since. To be run in one snapshot, so that nothing counts twice. */
async function outcomesSince(client: pg.ClientBase, from: Date, to: Date, span: number): Promise<string> {
  const edge = await readEdge(client);
  const since = edge && edge > from ? edge : from;
  return `with ${happened(since, to)},
    outcome as (
      select at, webhook_id, accepted, delivered, failed, cancelled, failed_attempts from outcomes
      where span = ${span} and at >= '${from.toISOString()}' and at < '${since.toISOString()}'
      union all
      select at, webhook_id, accepted, delivered, failed, cancelled, failed_attempts from happened
    ), time as (
      select webhook_id, bucket, deliveries from delivery_times
      where span = ${span} and at >= '${from.toISOString()}' and at < '${since.toISOString()}'
      union all
      select webhook_id, ${BUCKET}::smallint, 1 from happened where ms is not null
    )`;
}

export async function readOverview(client: pg.ClientBase, filter: OverviewFilter): Promise<OverviewRows> {
  const span = filter.bucketSeconds >= COARSE_SPAN ? COARSE_SPAN : FINE_SPAN;
  const outcomes = await outcomesSince(client, filter.from, filter.to, span);
  const parameters = new Parameters();
  const conditions = parameters.owns('w', filter);
  if (filter.webhookId !== undefined) conditions.push(`w.id = ${parameters.bind(filter.webhookId)}`);
  const shown = conditions.length === 0 ? '' : `where webhook_id in (select w.id from webhooks w ${where(conditions)})`;
  const { rows } = await client.query<{ result: OverviewRows }>(
    `${outcomes}, mine as materialized (
      select ${spanOf('at', filter.bucketSeconds)} as at, webhook_id, ${sums()} from outcome ${shown} group by 1, 2
    ), buckets as (select at, ${sums()} from mine group by at),
    times as (select bucket, sum(deliveries)::int as deliveries from time ${shown} group by bucket),
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
