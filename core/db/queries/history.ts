import type pg from 'pg';
import type { DeliveryStatus } from '../../domain/delivery.ts';
import { uuidAt } from '../partitions.ts';

export interface HistoryFilter {
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  statuses?: readonly DeliveryStatus[] | undefined;
  eventType?: string | undefined;
  webhookId?: string | undefined;
  since?: Date | undefined;
  /** Exclusive. */
  until?: Date | undefined;
  /** The id that the page before ended with. */
  before?: string | undefined;
  limit: number;
}

export interface DeliveryRow {
  id: string;
  webhook_id: string;
  event_id: string;
  event_type: string;
  status: DeliveryStatus;
  attempts: number;
  max_attempts: number;
  status_code: number | null;
  response_body: string | null;
  error_message: string | null;
  workflow_id: string | null;
  next_attempt_at: Date | null;
  delivered_at: Date | null;
  failed_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const UNSUCCESSFUL: readonly DeliveryStatus[] = ['failed', 'cancelled'];
const OPEN: readonly DeliveryStatus[] = ['pending', 'retrying', 'held'];

/** Deliveries, newest first; `limit` of them and one more where there is a next page. */
export async function listDeliveries(pool: pg.Pool, filter: HistoryFilter): Promise<DeliveryRow[]> {
  const { text, values } = historyQuery(filter);
  return (await pool.query<DeliveryRow>(text, values)).rows;
}

/**
 * No index has a delivery's status. What is open is found from the outbox, what failed or was cancelled by the partial index
 * on `failed_at`; everything else reads the owner's or the webhook's deliveries in order.
 */
export function historyQuery(filter: HistoryFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const owner = { platform: bind(filter.platform), orgId: bind(filter.orgId) };
  const webhook = filter.webhookId === undefined ? null : bind(filter.webhookId);
  const limit = bind(filter.limit + 1);
  const range = (id: string) =>
    [
      filter.before !== undefined && `${id} < ${bind(filter.before)}`,
      filter.since && `${id} >= ${bind(uuidAt(filter.since))}`,
      filter.until && `${id} < ${bind(uuidAt(filter.until))}`,
    ].filter((condition) => condition !== false && condition !== undefined);
  const conditions = [
    ...(filter.eventType === undefined ? [] : [`d.event_type = ${bind(filter.eventType)}`]),
    ...(filter.statuses === undefined ? [] : [`d.status = any(${bind(filter.statuses)}::text[])`]),
  ];

  const ofWebhook = webhook && `d.webhook_id = ${webhook} and ${owns(webhook, owner)}`;
  const ofOwner = `d.platform = ${owner.platform} and d.org_id = ${owner.orgId}`;
  const recorded = (extra: string[]) =>
    page(`select d.* from deliveries d`, [...extra, ...conditions, ...range('d.id')], 'd.id', limit);
  const open = () => {
    const queued = page(
      'select d.* from outbox o cross join lateral (select * from deliveries where id = o.delivery_id offset 0) d',
      ['o.webhook_id = w.id', ...conditions, ...range('o.delivery_id')],
      'o.delivery_id',
      limit,
    );
    const which = webhook ? ` and w.id = ${webhook}` : '';
    return `select q.* from webhooks w cross join lateral (${queued}) q
      where w.platform = ${owner.platform} and w.org_id = ${owner.orgId}${which}`;
  };

  const { statuses } = filter;
  const sources: string[] = [];
  if (!statuses || statuses.includes('delivered')) sources.push(recorded([ofWebhook ?? ofOwner]));
  else {
    if (statuses.some((status) => UNSUCCESSFUL.includes(status))) {
      sources.push(recorded([ofWebhook ?? `${ofOwner} and d.failed_at is not null`]));
    }
    if (statuses.some((status) => OPEN.includes(status))) sources.push(open());
  }
  const union = sources.map((source, index) => `select * from (${source}) source${index}`).join(' union all ');
  return {
    text: `${SELECT} from (${union} order by id desc limit ${limit}) d ${LAST_RESPONSE} order by d.id desc`,
    values,
  };
}

function page(select: string, conditions: (string | false | undefined)[], id: string, limit: string): string {
  return `${select} where ${conditions.join(' and ')} order by ${id} desc limit ${limit}`;
}

function owns(webhook: string, owner: { platform: string; orgId: string }): string {
  return `exists (select from webhooks where id = ${webhook} and platform = ${owner.platform} and org_id = ${owner.orgId})`;
}

const SELECT = `select d.id, d.webhook_id, d.event_id, d.event_type, d.status, d.attempts, d.max_attempts, d.status_code,
  a.response_body, d.error_message, d.workflow_id, d.next_attempt_at, d.delivered_at, d.failed_at, d.created_at, d.updated_at`;

const LAST_RESPONSE = `left join lateral (
  select response_body from attempts where delivery_id = d.id and id = d.last_attempt_id offset 0
) a on true`;
