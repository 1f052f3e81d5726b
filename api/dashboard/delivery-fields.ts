import type { DashboardDelivery, DashboardDeliveryDetail } from '../../core/contracts/dashboard/deliveries.ts';
import type { DeliveryDetailRow } from '../../delivery/history/delivery.ts';
import type { DeliveryRow } from '../../delivery/history/history.ts';
import type { ApiDeps } from '../deps.ts';
import { writeDelivery, writeDetail } from '../routes/delivery-fields.ts';
import { hideSignatures, signHeaders } from './request-headers.ts';

export function writeDashboardDelivery(row: DeliveryRow, urls: Map<string, string>): DashboardDelivery {
  const { platform, org_id, webhook_id } = row;
  return { ...writeDelivery(row), platform, org_id: org_id || null, webhook_url: urls.get(webhook_id) ?? '' };
}

type Extra = Pick<
  DashboardDeliveryDetail,
  'platform' | 'org_id' | 'webhook' | 'waited_for_by' | 'body' | 'request_headers' | 'workflow'
>;

/** JSON of one delivery, with everything that the dashboard shows. */
export function writeDashboardDetail(
  row: DeliveryDetailRow,
  deps: ApiDeps,
  maySign: boolean,
  workflow: DashboardDeliveryDetail['workflow'],
): string {
  const { url, active, paused_at, deleted_at } = row.webhook;
  const extra: Extra = {
    platform: row.platform,
    org_id: row.org_id || null,
    webhook: { id: row.webhook_id, url, active, paused_at: toIso(paused_at), deleted_at: toIso(deleted_at) },
    waited_for_by: row.waited_for_by,
    body: row.body,
    request_headers: writeHeaders(row, deps, maySign),
    workflow,
  };
  return `${writeDetail(row, deps.retryUnitMs).slice(0, -1)},${JSON.stringify(extra).slice(1)}`;
}

/** Those of the last attempt, or of the next where there was none. */
function writeHeaders(row: DeliveryDetailRow, deps: ApiDeps, maySign: boolean): Record<string, string> {
  const last = row.attempt_history.at(-1);
  const now = last ? new Date(last.started_at) : new Date();
  return (maySign ? signHeaders(row, deps, now) : null) ?? hideSignatures(row, deps, now);
}

function toIso(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
