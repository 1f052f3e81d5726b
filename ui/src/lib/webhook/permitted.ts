import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';

/** The reason why no test event can be sent; null if one can. */
export function whyNoTest({ active, paused }: Pick<DashboardWebhook, 'active' | 'paused'>): string | null {
  if (!active) return 'It is turned off: turn it on first.';
  if (paused) return 'It is paused: resume it first.';
  return null;
}
