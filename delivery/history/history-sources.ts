import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import { Parameters, where } from '../../core/db/owner.ts';
import { uuidAt } from '../../core/db/partitions.ts';
import { searchWindow, WINDOW, within, type Found, type Range, type Search } from '../../core/db/window.ts';
import { CLOCKS_MS, keysOf } from './event-values.ts';

export interface HistoryFilter {
  /** Null: every platform. */
  platform: string | null;
  /** Empty for a platform without organizations; null: every organization. */
  orgId: string | null;
  statuses?: readonly DeliveryStatus[] | undefined;
  eventType?: string | undefined;
  eventId?: string | undefined;
  webhookId?: string | undefined;
  /** A value in the event's payload. The deliveries come by event then, the newest event first. */
  value?: string | undefined;
  since?: Date | undefined;
  /** Exclusive. */
  until?: Date | undefined;
  /** The id that the page before ended with. */
  before?: string | undefined;
  limit: number;
}

const UNSUCCESSFUL: readonly DeliveryStatus[] = ['failed', 'cancelled'];
/** How each of the statuses that are open shows in the outbox. */
const OPEN = {
  pending: 'o.attempts = 0 and o.due_at is not null',
  retrying: 'o.attempts > 0 and o.due_at is not null',
  held: 'o.due_at is null',
} as const satisfies Partial<Record<DeliveryStatus, string>>;
type OpenStatus = keyof typeof OPEN;

const OF_OWNER: Found = [
  ['d.platform', 'w.platform'],
  ['d.org_id', 'w.org_id'],
];

/** The order of an index of events; each has few deliveries. */
const BY_EVENT: Found = [['v.event_id', 'v.event_id']];

/** Whose rows are read. */
interface Whose {
  /** Selects platform and organization, or webhooks, whose rows are read one after the other as `w`; left out: all at once. */
  each?: string;
  /** By which an index finds the rows. */
  by: Found;
  window?: string;
}

/**
 * Where the deliveries that a filter lets through are looked for. No index has a delivery's status. What is open is found from the
 * outbox, what failed or was cancelled by the partial indexes on `failed_at`; everything else reads the deliveries in order.
 */
export class HistorySources {
  readonly parameters = new Parameters();
  private readonly filter: HistoryFilter;
  private readonly columns: readonly string[];
  /** Neither which they are nor their order matters. */
  private readonly toCount: boolean;
  /** One more than are wanted. */
  private readonly limit: number;

  private readonly window: number;

  /** Without columns only how many there are is of interest. `window`: rows of each source that are looked at. */
  constructor(filter: HistoryFilter, columns: readonly string[], window = WINDOW) {
    this.window = window;
    this.filter = filter;
    this.columns = columns;
    this.toCount = columns.length === 0;
    this.limit = filter.limit + 1;
  }

  /** SQL of each source; their rows have to be sorted together. */
  all(): string[] {
    const { statuses, eventId, value } = this.filter;
    if (value !== undefined) return [this.ofValue(value)];
    if (eventId !== undefined) return [this.ofEvent(eventId)];
    if (!statuses || statuses.includes('delivered')) return [this.recorded()];
    const open = (Object.keys(OPEN) as OpenStatus[]).filter((status) => statuses.includes(status));
    return [
      ...(statuses.some((status) => UNSUCCESSFUL.includes(status)) ? [this.unsuccessful()] : []),
      ...(open.length > 0 ? [this.open(open)] : []),
    ];
  }

  /** An event has no more deliveries than its owner has webhooks, so that all are looked at. */
  private ofEvent(eventId: string): string {
    const conditions = [...this.parameters.owns('d', this.filter), ...this.ofWebhook(), ...this.wanted()];
    const ofEvent = `select * from deliveries where event_id = ${this.bind(eventId)} offset 0`;
    const rows = `select d.id as place, d.* from (${ofEvent}) d ${where([...conditions, ...within([], 'd.id', this.range())])}`;
    return this.search({ by: [] }, { rows, wanted: [] });
  }

  private ofValue(value: string): string {
    const { eventId, since, until, before } = this.filter;
    const each = keysOf(this.parameters, this.filter, value);
    const lastEvent = before === undefined ? undefined : this.eventOf(before);
    const at = (time: Date, ms = 0) => this.bind(uuidAt(new Date(time.getTime() + ms)));
    const conditions = [
      'v.key = w.key',
      ...(since === undefined ? [] : [`v.event_id >= ${at(since, -CLOCKS_MS)}`, `d.id >= ${at(since)}`]),
      ...(until === undefined ? [] : [`v.event_id < ${at(until, CLOCKS_MS)}`, `d.id < ${at(until)}`]),
      ...(lastEvent === undefined
        ? []
        : [`v.event_id <= ${lastEvent}`, `(v.event_id, d.id) < (${lastEvent}, ${this.bind(before)}::uuid)`]),
    ];
    const rows = `select d.id as place, d.* from event_values v join deliveries d on d.event_id = v.event_id ${where(conditions)}`;
    const ofEvent = eventId === undefined ? [] : [`d.event_id = ${this.bind(eventId)}`];
    // The keys of two owners may be the same.
    const wanted = [...this.parameters.owns('d', this.filter), ...ofEvent, ...this.ofWebhook(), ...this.wanted()];
    return this.search({ each, by: BY_EVENT, window: this.share(each) }, { rows, wanted });
  }

  private eventOf(deliveryId: string): string {
    const id = this.bind(deliveryId);
    return `coalesce((select event_id from deliveries where id = ${id}), ${id}::uuid)`;
  }

  private recorded(): string {
    const whose = this.whose([['d.webhook_id', 'w.id']]);
    return this.search(whose, { rows: this.deliveries(whose.by), wanted: this.wanted() });
  }

  private unsuccessful(): string {
    const whose = this.whose(OF_OWNER);
    const rows = this.deliveries(whose.by, ['d.failed_at is not null']);
    const all = UNSUCCESSFUL.every((status) => this.filter.statuses!.includes(status));
    return this.search(whose, { rows, wanted: [...this.ofWebhook(), ...(all ? this.ofType() : this.wanted())] });
  }

  private deliveries(by: Found, which: string[] = []): string {
    return `select d.id as place, d.* from deliveries d ${where([...which, ...within(by, 'd.id', this.range())])}`;
  }

  private open(statuses: OpenStatus[]): string {
    const { eventType } = this.filter;
    const whose = this.whoseOutbox();
    const conditions = where(within(whose.by, 'o.delivery_id', this.range()));
    const rows = `select o.delivery_id as place, o.attempts, o.due_at from outbox o ${conditions}`;
    const all = statuses.length === Object.keys(OPEN).length;
    const shown = all ? [] : [`(${statuses.map((status) => `(${OPEN[status]})`).join(' or ')})`];
    if (this.toCount && eventType === undefined) return this.search(whose, { rows, as: 'o', wanted: shown });
    const as = 'o left join lateral (select * from deliveries where id = o.place offset 0) d on true';
    return this.search(whose, { rows, as, wanted: [...shown, ...this.wanted()] });
  }

  private search(
    { each, by, window = String(this.window) }: Whose,
    source: Pick<Search, 'rows' | 'as' | 'wanted'>,
  ): string {
    const search = { ...source, by, columns: this.columns, limit: this.limit };
    if (each === undefined) return searchWindow({ ...search, window });
    if (this.toCount) {
      const rows = `select r.* from (${each}) w cross join lateral (${source.rows} offset 0) r`;
      return searchWindow({ ...search, rows, window: String(this.window), ordered: false });
    }
    return `select q.* from (${each}) w cross join lateral (${searchWindow({ ...search, window })}) q`;
  }

  /** `ofWebhook`: by which an index finds the rows of the filter's webhook, `w`. */
  private whose(ofWebhook: Found): Whose {
    const { platform, orgId, webhookId } = this.filter;
    if (webhookId !== undefined) return { each: this.webhooks(), by: ofWebhook };
    if (platform === null && orgId === null) return { by: [] };
    if (platform !== null && orgId !== null) {
      return {
        by: [
          ['d.platform', this.bind(platform)],
          ['d.org_id', this.bind(orgId)],
        ],
      };
    }
    const owners = `select distinct w.platform, w.org_id from webhooks w ${where(this.parameters.owns('w', this.filter))}`;
    return { each: owners, by: OF_OWNER, window: this.share(owners) };
  }

  private whoseOutbox(): Whose {
    const { platform, orgId, webhookId } = this.filter;
    if (platform === null && orgId === null && webhookId === undefined) return { by: [] };
    const webhooks = this.webhooks();
    return { each: webhooks, by: [['o.webhook_id', 'w.id']], window: this.share(webhooks) };
  }

  private webhooks(): string {
    const { webhookId } = this.filter;
    const which = webhookId === undefined ? [] : [`w.id = ${this.bind(webhookId)}`];
    return `select w.id, w.platform, w.org_id from webhooks w ${where([...which, ...this.parameters.owns('w', this.filter)])}`;
  }

  /** The window of each of several; large enough for a page, so that a short history comes in full pages. */
  private share(each: string): string {
    return `(select greatest(${this.limit}, ${this.window} / greatest(count(*), 1)) from (${each}) e)`;
  }

  private ofWebhook(): string[] {
    const { webhookId } = this.filter;
    return webhookId === undefined ? [] : [`d.webhook_id = ${this.bind(webhookId)}`];
  }

  private ofType(): string[] {
    const { eventType } = this.filter;
    return eventType === undefined ? [] : [`d.event_type = ${this.bind(eventType)}`];
  }

  private wanted(): string[] {
    const { statuses } = this.filter;
    const ofStatus = statuses === undefined ? [] : [`d.status = any(${this.bind(statuses)}::text[])`];
    return [...this.ofType(), ...ofStatus];
  }

  private range(): Range {
    const { before, since, until } = this.filter;
    return {
      from: since === undefined ? [] : [this.bind(uuidAt(since))],
      before: [
        ...(before === undefined ? [] : [this.bind(before)]),
        ...(until === undefined ? [] : [this.bind(uuidAt(until))]),
      ],
    };
  }

  private bind(value: unknown): string {
    return this.parameters.bind(value);
  }
}
