import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';

/** The reason why no test event can be sent; null if one can. */
export function whyNoTest({ active, paused }: Pick<DashboardWebhook, 'active' | 'paused'>): string | null {
  if (!active) return 'The webhook is turned off. Turn it on first.';
  if (paused) return 'The webhook is paused. Resume it first.';
  return null;
}
