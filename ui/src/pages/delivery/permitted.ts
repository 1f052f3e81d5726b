import type { DashboardDeliveryDetail } from '../../../../core/contracts/dashboard/deliveries.ts';

type Facts = Pick<DashboardDeliveryDetail, 'status' | 'webhook'>;

/** The reason why a delivery cannot be retried; null if it can. */
export function whyNoRetry({ webhook }: Facts): string | null {
  if (webhook.deleted_at !== null) return 'Its webhook was deleted.';
  if (webhook.paused_at !== null) return 'Its webhook is paused. Resume it to send all held deliveries.';
  if (!webhook.active) return 'Its webhook is turned off. Turn it on first.';
  return null;
}

export function isCancellable({ status }: Pick<Facts, 'status'>): boolean {
  return status === 'pending' || status === 'retrying' || status === 'held';
}
