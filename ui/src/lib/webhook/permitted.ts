import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';

/** Why no test event can be sent now; null when one can. */
export function whyNoTest({ active, paused }: Pick<DashboardWebhook, 'active' | 'paused'>): string | null {
  if (!active) return 'It is turned off: turn it on first.';
  if (paused) return 'It is paused: resume it first.';
  return null;
}
