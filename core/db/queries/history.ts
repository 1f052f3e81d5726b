import type pg from 'pg';
import type { DeliveryStatus } from '../../domain/delivery.ts';
import { uuidAt } from '../partitions.ts';

export interface HistoryFilter {
  /** Null: every platform. */
  platform: string | null;
  /** Empty for a platform without organizations; null: every organization. */
  orgId: string | null;
  statuses?: readonly DeliveryStatus[] | undefined;
  eventType?: string | undefined;
  eventId?: string | undefined;
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
  platform: string;
  org_id: string;
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
/** How each of the statuses that are open shows in the outbox. */
const OPEN = {
  pending: 'o.attempts = 0 and o.due_at is not null',
  retrying: 'o.attempts > 0 and o.due_at is not null',
  held: 'o.due_at is null',
} as const satisfies Partial<Record<DeliveryStatus, string>>;

/** Deliveries, newest first; `limit` of them and one more where there is a next page. */
export async function listDeliveries(pool: pg.Pool, filter: HistoryFilter): Promise<DeliveryRow[]> {
  const { text, values } = historyQuery(filter);
  return (await pool.query<DeliveryRow>(text, values)).rows;
}

/** How many there are, at most `filter.limit` and one more. */
export async function countDeliveries(pool: pg.Pool, filter: HistoryFilter): Promise<number> {
  const { union, values } = collect(filter, true);
  const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from (${union}) d`, values);
  return rows[0]!.count;
}

export function historyQuery(filter: HistoryFilter): { text: string; values: unknown[] } {
  const { union, values } = collect(filter);
  return { text: `${SELECT} from (${union}) d ${LAST_RESPONSE} order by d.id desc`, values };
}

/**
 * The deliveries that a filter lets through, newest first. No index has a delivery's status. What is open is found from the
 * outbox, what failed or was cancelled by the partial index on `failed_at`; everything else reads the deliveries in order.
 */
function collect(filter: HistoryFilter, toCount = false): { union: string; values: unknown[] } {
  const { statuses } = filter;
  const builder = new Builder(filter, toCount);
  const sources: string[] = [];
  if (!statuses || statuses.includes('delivered') || filter.eventId !== undefined)
    sources.push(builder.recorded(false));
  else {
    if (statuses.some((status) => UNSUCCESSFUL.includes(status))) sources.push(builder.recorded(true));
    const open = Object.keys(OPEN).filter((status) => statuses.includes(status as DeliveryStatus));
    if (open.length > 0) sources.push(builder.open(open as (keyof typeof OPEN)[]));
  }
  const union = sources.map((source, index) => `select * from (${source}) source${index}`).join(' union all ');
  const order = toCount ? '' : 'order by id desc';
  return { union: `${union} ${order} limit ${builder.limit}`, values: builder.values };
}

class Builder {
  readonly values: unknown[] = [];
  readonly limit: string;
  private readonly filter: HistoryFilter;
  /** Neither their order nor what they are matters. */
  private readonly toCount: boolean;
  private readonly bound = new Map<unknown, string>();

  constructor(filter: HistoryFilter, toCount: boolean) {
    this.filter = filter;
    this.toCount = toCount;
    this.limit = this.bind(filter.limit + 1);
  }

  /** From the deliveries themselves; `unsuccessful`: only those that failed or were cancelled. */
  recorded(unsuccessful: boolean): string {
    const { platform, orgId, webhookId, eventId } = this.filter;
    const conditions = [...(unsuccessful ? ['d.failed_at is not null'] : []), ...this.conditions('d.id')];
    const one = [
      ...(webhookId === undefined ? [] : [`d.webhook_id = ${this.bind(webhookId)}`]),
      ...(eventId === undefined ? [] : [`d.event_id = ${this.bind(eventId)}`]),
    ];
    const everything = platform === null && orgId === null;
    if (one.length > 0 || (platform !== null && orgId !== null) || everything) {
      return this.page('deliveries d', 'd.id', [...one, ...this.owner('d'), ...conditions]);
    }
    const ofOwner = ['d.platform = w.platform', 'd.org_id = w.org_id', ...conditions];
    return `select q.* from (select distinct w.platform, w.org_id from webhooks w ${this.where(this.owner('w'))}) w
      cross join lateral (${this.page('deliveries d', 'd.id', ofOwner)}) q`;
  }

  /** From the outbox. */
  open(statuses: (keyof typeof OPEN)[]): string {
    const { webhookId, eventType } = this.filter;
    const shown = statuses.length === Object.keys(OPEN).length ? [] : statuses.map((status) => `(${OPEN[status]})`);
    const which = [...this.owner('w'), ...(webhookId === undefined ? [] : [`w.id = ${this.bind(webhookId)}`])];
    if (this.toCount && eventType === undefined) {
      const open = shown.length > 0 ? [`(${shown.join(' or ')})`] : [];
      const conditions = [...which, ...open, ...this.range('o.delivery_id')];
      return `select o.delivery_id as id from outbox o join webhooks w on w.id = o.webhook_id
        ${this.where(conditions)} limit ${this.limit}`;
    }
    const queued = this.page(
      'outbox o cross join lateral (select * from deliveries where id = o.delivery_id offset 0) d',
      'o.delivery_id',
      [
        'o.webhook_id = w.id',
        ...(shown.length > 0 ? [`(${shown.join(' or ')})`] : []),
        ...this.conditions('o.delivery_id'),
      ],
    );
    return `select q.* from webhooks w cross join lateral (${queued}) q ${this.where(which)}`;
  }

  private page(from: string, id: string, conditions: string[]): string {
    if (this.toCount) return `select d.id from ${from} ${this.where(conditions)} limit ${this.limit}`;
    return `select d.* from ${from} ${this.where(conditions)} order by ${id} desc limit ${this.limit}`;
  }

  private owner(table: string): string[] {
    const { platform, orgId } = this.filter;
    return [
      ...(platform === null ? [] : [`${table}.platform = ${this.bind(platform)}`]),
      ...(orgId === null ? [] : [`${table}.org_id = ${this.bind(orgId)}`]),
    ];
  }

  private conditions(id: string): string[] {
    const { eventType, statuses } = this.filter;
    return [
      ...(eventType === undefined ? [] : [`d.event_type = ${this.bind(eventType)}`]),
      ...(statuses === undefined ? [] : [`d.status = any(${this.bind(statuses)}::text[])`]),
      ...this.range(id),
    ];
  }

  private range(id: string): string[] {
    const { before, since, until } = this.filter;
    return [
      ...(before === undefined ? [] : [`${id} < ${this.bind(before)}`]),
      ...(since === undefined ? [] : [`${id} >= ${this.bind(uuidAt(since))}`]),
      ...(until === undefined ? [] : [`${id} < ${this.bind(uuidAt(until))}`]),
    ];
  }

  private where(conditions: string[]): string {
    return conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  }

  private bind(value: unknown): string {
    const known = this.bound.get(value);
    if (known !== undefined) return known;
    const placeholder = `$${this.values.push(value)}`;
    this.bound.set(value, placeholder);
    return placeholder;
  }
}

const SELECT = `select d.id, d.platform, d.org_id, d.webhook_id, d.event_id, d.event_type, d.status, d.attempts, d.max_attempts,
  d.status_code, a.response_body, d.error_message, d.workflow_id, d.next_attempt_at, d.delivered_at, d.failed_at, d.created_at,
  d.updated_at`;

const LAST_RESPONSE = `left join lateral (
  select response_body from attempts where delivery_id = d.id and id = d.last_attempt_id offset 0
) a on true`;
