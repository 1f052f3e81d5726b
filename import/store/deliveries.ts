import type pg from 'pg';
import { foldValue } from '../../core/db/search-key.ts';
import { countEarlier, type EarlierOutcome } from '../../delivery/statistics/earlier-outcomes.ts';
import type { OldDelivery } from '../convert/old-delivery.ts';
import { COLUMNS, KNOWN, STORE_CHANGED, STORE_ENDED, TAKE_OVER } from './delivery-statements.ts';

export interface Stored {
  /** New ones that have ended. */
  ended: OldDelivery[];
  /** New ones that were taken over. */
  open: OldDelivery[];
  /** Changed in the old system since an earlier import. */
  changed: OldDelivery[];
  /** Here already, as they are. */
  known: number;
  /** Changed in the old system, but open here. */
  kept: OldDelivery[];
}

/** What has to be done with a batch, compared with what is here already. */
export async function compareBatch(client: pg.ClientBase, batch: readonly OldDelivery[]): Promise<Stored> {
  const ids = batch.map(({ id }) => id).toSorted();
  const { rows } = await client.query<KnownRow>({ ...KNOWN, values: [ids, ids[0], ids.at(-1)] });
  const here = new Map(rows.map((row) => [row.id, row]));
  const result: Stored = { ended: [], open: [], changed: [], known: 0, kept: [] };
  const seen = new Set<string>();
  for (const delivery of batch) {
    const row = here.get(delivery.id);
    const isNewer = row !== undefined && delivery.updatedAt.getTime() > row.updated_at.getTime();
    if (seen.has(delivery.id)) result.known++;
    else if (!row) (delivery.status === 'open' ? result.open : result.ended).push(delivery);
    else if (!isNewer || delivery.status === 'open') result.known++;
    else (row.open ? result.kept : result.changed).push(delivery);
    seen.add(delivery.id);
  }
  return result;
}

interface KnownRow {
  id: string;
  status: string;
  updated_at: Date;
  open: boolean;
}

/** Stores a batch in one transaction, together with its counts. */
export async function storeBatch(client: pg.ClientBase, platform: string, stored: Stored): Promise<void> {
  const { ended, open, changed } = stored;
  await client.query('begin');
  try {
    if (ended.length > 0) await client.query({ ...STORE_ENDED, values: [platform, ...columnsOf(ended)] });
    if (open.length > 0) await client.query({ ...TAKE_OVER, values: [platform, ...columnsOf(open)] });
    if (changed.length > 0) await client.query({ ...STORE_CHANGED, values: [platform, ...columnsOf(changed)] });
    const outcomes = [
      ...[...ended, ...open].flatMap((one) => outcomesOf(platform, one)),
      ...changed.flatMap((one) => endOf(platform, one)),
    ];
    await countEarlier(client, outcomes);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function outcomesOf(platform: string, delivery: OldDelivery): EarlierOutcome[] {
  return [
    { at: delivery.createdAt, webhookId: delivery.webhookId, platform, kind: 'accepted' },
    ...endOf(platform, delivery),
  ];
}

/** The last attempt and the end, as the rollup counts them. */
function endOf(platform: string, { webhookId, attempt, failedAt, status }: OldDelivery): EarlierOutcome[] {
  const outcomes: EarlierOutcome[] = [];
  if (attempt)
    outcomes.push({ at: attempt.at, webhookId, platform, kind: attempt.failed ? 'failed_attempts' : 'delivered' });
  if (failedAt && status !== 'open' && status !== 'delivered')
    outcomes.push({ at: failedAt, webhookId, platform, kind: status });
  return outcomes;
}

type Values = Record<keyof typeof COLUMNS, (delivery: OldDelivery) => unknown>;

const VALUES: Values = {
  id: ({ id }) => id,
  event_id: ({ eventId }) => eventId,
  webhook_id: ({ webhookId }) => webhookId,
  org_id: ({ orgId }) => orgId,
  event_type: ({ eventType }) => eventType,
  body: ({ body }) => body,
  found_by: ({ values }) => (values.length > 0 ? values.map(foldValue).join('\n') : null),
  old_id: ({ searchedId }) => searchedId && foldValue(searchedId),
  status: ({ status }) => status,
  attempts: ({ attempts }) => attempts,
  max_attempts: ({ maxAttempts }) => maxAttempts,
  status_code: ({ statusCode }) => statusCode,
  error_message: ({ errorMessage }) => errorMessage,
  response_body: ({ responseBody }) => responseBody,
  attempt_id: ({ attempt }) => attempt && attempt.id,
  attempt_at: ({ attempt }) => attempt && attempt.at.toISOString(),
  attempt_failed: ({ attempt }) => attempt && attempt.failed,
  next_at: ({ nextAttemptAt }) => textOf(nextAttemptAt),
  delivered_at: ({ deliveredAt }) => textOf(deliveredAt),
  failed_at: ({ failedAt }) => textOf(failedAt),
  event_at: ({ eventAt }) => eventAt.toISOString(),
  created_at: ({ createdAt }) => createdAt.toISOString(),
  updated_at: ({ updatedAt }) => updatedAt.toISOString(),
};

function columnsOf(deliveries: OldDelivery[]): unknown[][] {
  return (Object.keys(COLUMNS) as (keyof Values)[]).map((name) => deliveries.map(VALUES[name]));
}

function textOf(time: Date | null): string | null {
  return time && time.toISOString();
}
