import type { DashboardDeliveryDetail } from '../../../../core/contracts/dashboard/deliveries.ts';

/** The reason why a delivery cannot be retried; null if it can. */
export function whyNoRetry({
  webhook,
  waits_for,
}: Pick<DashboardDeliveryDetail, 'webhook' | 'waits_for'>): string | null {
  if (webhook.deleted_at !== null) return 'Its webhook was deleted.';
  if (webhook.paused_at !== null) return 'Its webhook is paused. Resume it to send all held deliveries.';
  if (!webhook.active) return 'Its webhook is turned off. Turn it on first.';
  if (waits_for !== null)
    return 'An earlier delivery with the same ordering key comes first. Retry or cancel that one.';
  return null;
}

export function isCancellable({ status }: Pick<DashboardDeliveryDetail, 'status'>): boolean {
  return status === 'pending' || status === 'retrying' || status === 'held';
}
