import type { StoredFilter } from '../../core/domain/recovery.ts';
import { uuidAt } from '../../core/db/partitions.ts';
import type { Statement } from '../../core/db/execute.ts';
import { within, type Found } from '../../core/db/window.ts';

/** The deliveries of a recovery. */
export interface RecoveryScope {
  /** Null: every platform. */
  platform: string | null;
  /** Null: every organization. Empty: a platform without organizations. */
  orgId: string | null;
  filter: StoredFilter;
  /** A UUIDv7 of the recovery's start: younger deliveries are excluded. */
  before: string;
}

/**
 * Rows of one source that are read for one part, so that its cost depends neither on the number of matches nor on the length of
 * the history.
 */
const WINDOW = 5_000;
const COLUMNS = 'd.id, d.webhook_id, d.event_type, d.status';

/**
 * The next matches after the delivery `after`, oldest first. Every row has `reach`: the id up to which the result is complete; null if
 * it is complete. Without a match there is one row whose `id` is null.
 */
export function nextQuery(scope: RecoveryScope, after: string | null, limit: number): Statement {
  const builder = new Builder(scope, after);
  const sources = builder.sources();
  const windows = sources.map(({ window }, index) => `w${index} as materialized (${window})`);
  const ends = sources.map(
    (_, index) =>
      `(select case when count(*) = ${WINDOW} then (select id from w${index} order by id desc limit 1) end from w${index})`,
  );
  const union = sources.map(({ matching }, index) => `select * from (${matching}) s${index}`).join(' union all ');
  return {
    text: `with ${[...windows, `reach as (select least(${ends.join(', ')}) as id)`].join(', ')}
      select m.id, m.webhook_id, m.open, reach.id as reach from reach left join lateral (
        select * from (${union}) u where reach.id is null or u.id <= reach.id order by u.id limit ${limit}
      ) m on true order by m.id`,
    values: builder.values,
  };
}

interface Source {
  /** Its first rows in order. */
  window: string;
  /** The matching rows of the window: id, webhook_id, and whether it is in the outbox. */
  matching: string;
}

class Builder {
  readonly values: unknown[] = [];
  private readonly scope: RecoveryScope;
  private readonly after: string | null;

  constructor(scope: RecoveryScope, after: string | null = null) {
    this.scope = scope;
    this.after = after;
  }

  /** No index has the status: failed and cancelled deliveries are found by `failed_at`, retrying ones in the outbox. */
  sources(): Source[] {
    const { filter } = this.scope;
    if (filter.ids) return [this.named(filter.ids)];
    return [
      ...(filter.status.some((status) => status !== 'retrying') ? [this.ended()] : []),
      ...(filter.status.includes('retrying') ? [this.waiting()] : []),
    ];
  }

  private named(ids: string[]): Source {
    const rows = `select ${COLUMNS} from unnest(${this.bind(ids)}::uuid[]) as t(id)
      cross join lateral (select * from deliveries where id = t.id offset 0) d
      where ${all([...this.range('d.id'), ...this.owner()])}`;
    return { window: cut(rows), matching: this.matching('select * from w0', `d.status = 'retrying'`) };
  }

  private ended(): Source {
    const { platform, orgId } = this.scope;
    const owner: Found =
      platform === null || orgId === null
        ? []
        : [
            ['d.platform', this.bind(platform)],
            ['d.org_id', this.bind(orgId)],
          ];
    const which =
      owner.length === 0 ? this.owner() : within(owner, 'd.id', { from: this.lower(), before: this.upper() });
    const rows = `select ${COLUMNS} from deliveries d
      where ${all(['d.failed_at is not null', ...this.range('d.id'), ...which])}`;
    const order = [...owner.map(([column]) => column), 'd.id'].join(', ');
    return {
      window: `${rows} order by ${order} limit ${WINDOW}`,
      matching: this.matching('select * from w0', 'false'),
    };
  }

  private waiting(): Source {
    const { webhook_id: webhook, status } = this.scope.filter;
    const ofWebhook = webhook === undefined ? [] : [`o.webhook_id = ${this.bind(webhook)}`];
    const queued = `select o.delivery_id as id from outbox o where ${all([...this.range('o.delivery_id'), ...ofWebhook])}`;
    const rows = `select ${COLUMNS} from w${status.length > 1 ? 1 : 0} q
      cross join lateral (select * from deliveries where id = q.id offset 0) d where ${all(this.owner())}`;
    return { window: cut(queued), matching: this.matching(rows, 'true') };
  }

  private matching(rows: string, open: string): string {
    const { webhook_id: webhook, event, status } = this.scope.filter;
    const conditions = [
      `d.status = any(${this.bind(status)}::text[])`,
      ...(webhook === undefined ? [] : [`d.webhook_id = ${this.bind(webhook)}`]),
      ...(event === undefined ? [] : [`d.event_type = ${this.bind(event)}`]),
    ];
    return `select d.id, d.webhook_id, ${open} as open from (${rows}) d where ${all(conditions)}`;
  }

  private owner(): string[] {
    const { platform, orgId } = this.scope;
    return [
      ...(platform === null ? [] : [`d.platform = ${this.bind(platform)}`]),
      ...(orgId === null ? [] : [`d.org_id = ${this.bind(orgId)}`]),
    ];
  }

  private range(id: string): string[] {
    return [
      ...this.upper().map((bound) => `${id} < ${bound}`),
      ...(this.after === null ? [] : [`${id} > ${this.bind(this.after)}`]),
      ...this.lower().map((bound) => `${id} >= ${bound}`),
    ];
  }

  private lower(): string[] {
    const { since } = this.scope.filter;
    return [
      ...(this.after === null ? [] : [this.bind(this.after)]),
      ...(since === undefined ? [] : [this.bind(uuidAt(new Date(since)))]),
    ];
  }

  private upper(): string[] {
    const { until } = this.scope.filter;
    return [this.bind(this.scope.before), ...(until === undefined ? [] : [this.bind(uuidAt(new Date(until)))])];
  }

  private bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

function all(conditions: string[]): string {
  return conditions.length > 0 ? conditions.join(' and ') : 'true';
}

function cut(rows: string): string {
  return `select * from (${rows}) r order by id limit ${WINDOW}`;
}
