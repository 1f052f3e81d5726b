import type pg from 'pg';
import { MOST_COUNTED, type Counted } from '../../core/domain/counted.ts';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import { HistorySources, type HistoryFilter } from './history-sources.ts';
import type { Statement } from '../../core/db/execute.ts';
import { readPage, search, WINDOW, type Page, type Searched } from '../../core/db/window.ts';

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

const COLUMNS = (
  'id platform org_id webhook_id event_id event_type status attempts max_attempts status_code error_message workflow_id ' +
  'next_attempt_at delivered_at failed_at created_at updated_at'
).split(' ');

/** Deliveries, newest first. */
export async function listDeliveries(pool: pg.Pool, filter: HistoryFilter): Promise<Page<DeliveryRow>> {
  return readPage(await search<DeliveryRow & Searched>(pool, historyQuery(filter)), filter.limit);
}

export function historyQuery(filter: HistoryFilter): Statement {
  const sources = new HistorySources(filter, [...COLUMNS, 'last_attempt_id']);
  const order = (filter.value === undefined ? ['place'] : ['event_id', 'place']).map((column) => `d.${column} desc`);
  const found = `select * from (${unite(sources.all())}) d order by ${order.join(', ')} limit ${filter.limit + 1}`;
  const columns = COLUMNS.map((column) => `d.${column}`).join(', ');
  return {
    text: `select d.place, d.edge, d.matches, ${columns}, a.response_body from (${found}) d
      left join lateral (
        select response_body from attempts where delivery_id = d.id and id = d.last_attempt_id offset 0
      ) a on true order by ${order.join(', ')}`,
    values: sources.parameters.values,
  };
}

/** How many there are, as far as a window of rows shows it. */
export async function countDeliveries(
  pool: pg.Pool,
  filter: Omit<HistoryFilter, 'limit'>,
  window = WINDOW,
): Promise<Counted> {
  const sources = new HistorySources({ ...filter, limit: MOST_COUNTED }, [], window);
  const found = `${unite(sources.all())} limit ${MOST_COUNTED + 1}`;
  const text = `select count(*) filter (where matches)::int as count, coalesce(bool_or(edge), false) as more from (${found}) d`;
  const rows = await search<{ count: number; more: boolean }>(pool, { text, values: sources.parameters.values });
  const { count, more } = rows[0]!;
  return { count: Math.min(count, MOST_COUNTED), exact: !more && count <= MOST_COUNTED };
}

function unite(sources: string[]): string {
  return sources.map((source, index) => `select * from (${source}) source${index}`).join(' union all ');
}
