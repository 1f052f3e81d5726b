import type { DashboardWebhook } from '../../core/contracts/dashboard/webhooks.ts';
import type { Webhook } from '../../core/db/entities/webhook.ts';
import type { SecretBox } from '../../core/secrets.ts';
import type { LaneRow } from '../../delivery/concurrency/lane-statements.ts';
import type { WebhookHealth } from '../../delivery/statistics/webhook-health.ts';
import { writeWebhook } from '../routes/webhook-fields.ts';

const HOUR_MS = 3_600_000;

/** The start of the first of the last 24 hours. The last of them contains `now`. */
export function startOfDay(now: Date): Date {
  return new Date((Math.floor(now.getTime() / HOUR_MS) - 23) * HOUR_MS);
}

/** The health of webhooks, starting with the first of the last 24 hours. */
export interface Day {
  from: Date;
  health: Map<string, WebhookHealth>;
  struggling: Set<string>;
  lanes: Map<string, LaneRow>;
}

export function writeDashboardWebhook(webhook: Webhook, { from, ...day }: Day, secretBox: SecretBox): DashboardWebhook {
  const health = day.health.get(webhook.id)!;
  const { org_id: _, ...fields } = writeWebhook(webhook, secretBox);
  const known = new Map(health.hours.map((hour) => [new Date(hour.at).getTime(), hour]));
  const last_24h = Array.from({ length: 24 }, (_, index) => {
    const at = from.getTime() + index * HOUR_MS;
    const { delivered = 0, failed_attempts = 0 } = known.get(at) ?? {};
    return { at: new Date(at).toISOString(), delivered, failed_attempts };
  });
  const failure = health.last_failure;
  return {
    ...fields,
    platform: webhook.platform,
    org_id: webhook.orgId || null,
    filter: webhook.filter ?? null,
    deleted_at: webhook.deletedAt?.toISOString() ?? null,
    struggling: webhook.active && day.struggling.has(webhook.id),
    last_24h,
    last_failure: failure && { at: new Date(failure.at).toISOString(), message: failure.message },
    waiting: health.waiting,
    lane: writeLane(day.lanes.get(webhook.id)),
  };
}

function writeLane(row: LaneRow | undefined): DashboardWebhook['lane'] {
  if (!row) return null;
  const { webhook_id: _, concurrency_limit: limit, since, ...lane } = row;
  return { ...lane, limit, since: since.toISOString() };
}
