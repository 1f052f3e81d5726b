import type pg from 'pg';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import { Parameters, where, type OwnerFilter } from '../../core/db/owner.ts';
import { timeInId, uuidAt } from '../../core/db/partitions.ts';
import type { Statement } from '../../core/db/execute.ts';
import { readPage, search, searchWindow, within, type Found, type Page, type Searched } from '../../core/db/window.ts';
import { CLOCKS_MS, keysOf } from './event-values.ts';

export interface EventFilter extends OwnerFilter {
  /** All there are. */
  platforms: readonly string[];
  eventType: string | undefined;
  /** In the payload. */
  value: string | undefined;
  since: Date | undefined;
  /** Exclusive. */
  until: Date | undefined;
  /** The id that the page before ended with. */
  before: string | undefined;
  limit: number;
}

export interface EventRow {
  id: string;
  platform: string;
  org_id: string;
  event_type: string;
  created_at: Date;
}

const COLUMNS = ['id', 'platform', 'org_id', 'event_type', 'created_at'];

/** Events, newest first. */
export async function listEvents(pool: pg.Pool, filter: EventFilter): Promise<Page<EventRow>> {
  return readPage(await search<EventRow & Searched>(pool, eventsQuery(filter)), filter.limit);
}

function eventsQuery(filter: EventFilter): Statement {
  const { platform, orgId, platforms, eventType, value, before, since, until } = filter;
  const parameters = new Parameters();
  const limit = filter.limit + 1;
  const range = {
    from: since === undefined ? [] : [parameters.bind(uuidAt(since))],
    before: [
      ...(before === undefined ? [] : [parameters.bind(before)]),
      ...(until === undefined ? [] : [parameters.bind(uuidAt(until))]),
    ],
  };
  const wanted = eventType === undefined ? [] : [`d.event_type = ${parameters.bind(eventType)}`];
  if (value !== undefined) {
    const keys = keysOf(parameters, filter, value);
    const rows = `select v.event_id as place, e.* from event_values v join events e on e.id = v.event_id ${where([
      'v.key = w.key',
      ...within([], 'v.event_id', range),
    ])}`;
    // The keys of two owners may be the same.
    const ofKey = searchWindow({ rows, wanted: [...parameters.owns('d', filter), ...wanted], columns: COLUMNS, limit });
    const text = `select q.* from (${keys}) w cross join lateral (${ofKey}) q order by place desc limit ${limit}`;
    return { text, values: parameters.values };
  }
  const find = (by: Found, more: string[] = []) =>
    searchWindow({
      rows: `select e.id as place, e.* from events e ${where(within(by, 'e.id', range))}`,
      by,
      wanted: [...more, ...wanted],
      columns: COLUMNS,
      limit,
    });
  const ownedBy = (one: string): Found => [
    ['e.platform', parameters.bind(one)],
    ['e.org_id', parameters.bind(orgId)],
  ];
  if (orgId === null) return { text: find([], parameters.owns('d', filter)), values: parameters.values };
  // No index has the organization without its platform.
  const ofEach = (platform === null ? platforms : [platform]).map(
    (one) => `select * from (${find(ownedBy(one))}) of_platform`,
  );
  return { text: `${ofEach.join(' union all ')} order by place desc limit ${limit}`, values: parameters.values };
}

export type StatusCounts = Record<DeliveryStatus, number>;

/** How many deliveries of each event stand how. */
export async function countByStatus(pool: pg.Pool, eventIds: string[]): Promise<Map<string, Partial<StatusCounts>>> {
  const counts = new Map<string, Partial<StatusCounts>>();
  if (eventIds.length === 0) return counts;
  const { rows } = await pool.query<{ event_id: string; status: DeliveryStatus; count: number }>(
    `select event_id, status, count(*)::int as count from deliveries
     where event_id = any($1::uuid[]) and id >= $2 and id < $3 group by 1, 2`,
    [eventIds, ...deliveriesAround(eventIds)],
  );
  for (const { event_id, status, count } of rows) {
    counts.set(event_id, { ...counts.get(event_id), [status]: count });
  }
  return counts;
}

/** Bounds of the ids that deliveries of these events have, so that only partitions of that time are looked into. */
function deliveriesAround(eventIds: string[]): [string, string] {
  const sorted = eventIds.toSorted();
  return [
    uuidAt(new Date(timeInId(sorted[0]!).getTime() - CLOCKS_MS)),
    uuidAt(new Date(timeInId(sorted.at(-1)!).getTime() + CLOCKS_MS)),
  ];
}

export interface EventDetailRow extends EventRow {
  body: string;
  /** Of the owner's webhooks, the deleted ones included, those without a delivery of it; at most 500. */
  others: OtherWebhook[];
  /** The event was sent as a test, to one webhook alone. */
  test: boolean;
}

/** A webhook that did not get an event, and what was done to it until then and since. */
export interface OtherWebhook {
  id: string;
  url: string;
  events: string[];
  active: boolean;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  /** As JSON. */
  filter: string | null;
  /** Its filter when the event was accepted; null if the audit log does not tell. */
  filter_then: { filter: string | null } | null;
  entries: { at: string; action: string; details: Record<string, unknown> }[];
}

const FIND = `
select e.id, e.platform, e.org_id, e.event_type, e.created_at, e.body,
  exists (
    select from deliveries d join audit_log a on a.subject_id = d.webhook_id
    where d.event_id = e.id and a.action = 'webhook.tested' and a.details ->> 'event_id' = e.id::text
  ) as test,
  coalesce((
    select json_agg(o order by o.id desc) from (
      select w.id, w.url, w.events, w.active, w.created_at, w.updated_at, w.deleted_at, w.filter, (
        select json_build_object('filter', a.details ->> 'filter') from audit_log a
        where a.subject_id = w.id and a.at <= e.created_at
          and (a.action = 'webhook.registered' or a.action = 'webhook.updated' and a.details ? 'filter')
        order by a.id desc limit 1
      ) as filter_then, coalesce((
        select json_agg(json_build_object('at', a.at, 'action', a.action, 'details', a.details - 'filter') order by a.id)
        from audit_log a where a.subject_id = w.id
          and a.action in ('webhook.registered', 'webhook.updated', 'webhook.turned_off', 'webhook.deleted')
      ), '[]') as entries
      from webhooks w where w.platform = e.platform and w.org_id = e.org_id
        and not exists (select from deliveries d where d.event_id = e.id and d.webhook_id = w.id)
      order by w.id desc limit 500
    ) o
  ), '[]') as others
from events e where e.id = $1 and e.platform = coalesce($2, e.platform) and e.org_id = coalesce($3, e.org_id)`;

/** Null where the owner has no such event. */
export async function findEvent(pool: pg.Pool, id: string, owner: OwnerFilter): Promise<EventDetailRow | null> {
  const { rows } = await pool.query<EventDetailRow>(FIND, [id, owner.platform, owner.orgId]);
  return rows[0] ?? null;
}
