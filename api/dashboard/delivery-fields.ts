import type { DashboardDelivery, DashboardDeliveryDetail } from '../../core/contracts/dashboard/deliveries.ts';
import { REDACTED } from '../../core/domain/credentials.ts';
import { readOptions } from '../../core/options/index.ts';
import type { DeliveryDetailRow } from '../../delivery/history/delivery.ts';
import type { DeliveryRow } from '../../delivery/history/history.ts';
import { deliveryHeaders, Signer } from '../../delivery/attempt/sign.ts';
import type { ApiDeps } from '../deps.ts';
import { writeDelivery, writeDetail } from '../routes/delivery-fields.ts';

const HIDDEN = '…';
const SIGNATURE = /signature(-next)?$/i;

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

function writeHeaders(row: DeliveryDetailRow, deps: ApiDeps, maySign: boolean): Record<string, string> {
  const last = row.attempt_history.at(-1);
  const secret = maySign ? openSecret(row.secret, deps) : null;
  const previous = maySign && row.previous_secret ? openSecret(row.previous_secret, deps) : null;
  const signer = new Signer(secret ?? '');
  const headers = deliveryHeaders({
    headerPrefix: deps.registry[row.platform]!.headerPrefix,
    eventType: row.event_type,
    deliveryId: row.id,
    ...(previous === null ? { signer } : { signer: new Signer(previous), next: signer }),
    body: row.body,
    now: last ? new Date(last.started_at) : new Date(),
  });
  const shown = secret === null ? hideSignatures(headers) : headers;
  return { ...shown, ...mapValues(readOptions(row.options).headers, () => REDACTED) };
}

function hideSignatures(headers: Record<string, string>): Record<string, string> {
  return mapValues(headers, (value, name) => (SIGNATURE.test(name) ? HIDDEN : value));
}

function mapValues<Value>(record: Record<string, Value>, map: (value: Value, name: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** Null if the webhook has no secret any more, or if another master key sealed it. */
function openSecret(sealed: Buffer, { secretBox, log }: ApiDeps): string | null {
  if (sealed.length === 0) return null;
  try {
    return secretBox.open(sealed);
  } catch (error) {
    log.error({ err: error }, 'signature could not be computed for display');
    return null;
  }
}

function toIso(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
