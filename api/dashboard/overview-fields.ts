import { RANGES, type Overview, type OverviewBucket, type Range } from '../../core/contracts/dashboard/overview.ts';
import type { OverviewRows, WaitingRow } from '../../delivery/statistics/overview.ts';
import { TIME_BASE } from '../../delivery/statistics/outcomes.ts';
import type { WebhookHealth } from '../../delivery/statistics/webhook-health.ts';

/** Extends a range to whole buckets. The first begins at least one range ago; the last contains `now`. */
export function boundsOf(range: Range, now: Date): { from: Date; to: Date; bucketSeconds: number } {
  const { seconds, bucketSeconds } = RANGES[range];
  const bucketMs = bucketSeconds * 1000;
  const from = new Date(Math.floor((now.getTime() - seconds * 1000) / bucketMs) * bucketMs);
  return { from, to: now, bucketSeconds };
}

export function writeOverview(
  range: Range,
  bounds: ReturnType<typeof boundsOf>,
  rows: OverviewRows,
  waiting: WaitingRow,
  failures: Map<string, WebhookHealth['last_failure']>,
): Overview {
  const series = fillGaps(bounds, rows.buckets);
  const sum = (name: 'delivered' | 'failed' | 'cancelled' | 'failed_attempts') =>
    series.reduce((total, bucket) => total + bucket[name], 0);
  const [delivered, failed] = [sum('delivered'), sum('failed')];
  const attempts = delivered + sum('failed_attempts');
  return {
    range,
    from: bounds.from.toISOString(),
    to: bounds.to.toISOString(),
    bucket_seconds: bounds.bucketSeconds,
    series,
    totals: {
      accepted: rows.buckets.reduce((total, bucket) => total + bucket.accepted, 0),
      delivered,
      failed,
      cancelled: sum('cancelled'),
      success_rate: delivered + failed === 0 ? null : delivered / (delivered + failed),
      attempt_success_rate: attempts === 0 ? null : delivered / attempts,
      time_to_delivery_ms: { p50: percentile(rows.times, 0.5), p95: percentile(rows.times, 0.95) },
    },
    waiting: {
      pending: { count: waiting.pending, oldest_at: waiting.pending_since?.toISOString() ?? null },
      retrying: { count: waiting.retrying, oldest_at: waiting.retrying_since?.toISOString() ?? null },
      held: { count: waiting.held, oldest_at: waiting.held_since?.toISOString() ?? null },
    },
    failing_webhooks: rows.failing.map(({ id, url, platform, org_id, failed_attempts, attempts, state }) => {
      const failure = failures.get(id);
      return {
        id,
        url,
        platform,
        org_id: org_id || null,
        failed_attempts,
        attempts,
        last_error: failure?.message ?? null,
        last_failure_at: failure ? new Date(failure.at).toISOString() : null,
        state,
      };
    }),
  };
}

function fillGaps(bounds: ReturnType<typeof boundsOf>, buckets: OverviewRows['buckets']): OverviewBucket[] {
  const known = new Map(buckets.map((bucket) => [new Date(bucket.at).getTime(), bucket]));
  const series: OverviewBucket[] = [];
  for (let at = bounds.from.getTime(); at <= bounds.to.getTime(); at += bounds.bucketSeconds * 1000) {
    const { delivered = 0, failed = 0, cancelled = 0, failed_attempts = 0 } = known.get(at) ?? {};
    series.push({ at: new Date(at).toISOString(), delivered, failed, cancelled, failed_attempts });
  }
  return series;
}

/** The percentile of the times to delivery, in milliseconds; null if there are none. `times` must be sorted by bucket. */
export function percentile(times: OverviewRows['times'], share: number): number | null {
  const rank = share * times.reduce((total, { deliveries }) => total + deliveries, 0);
  let counted = 0;
  for (const { bucket, deliveries } of times) {
    counted += deliveries;
    if (counted >= rank) return Math.round(TIME_BASE ** (bucket + 0.5));
  }
  return null;
}
