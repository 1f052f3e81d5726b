import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { formatCount, formatPlural } from '../number-format.ts';

type Waiting = DashboardWebhook['waiting'];

const STATES = ['pending', 'retrying', 'held'] as const;

/** The number of deliveries that have not ended. */
export function countWaiting(waiting: Waiting): number {
  return waiting.pending + waiting.retrying + waiting.held;
}

/** "3 pending, 1 held"; empty if none wait. */
export function listWaiting(waiting: Waiting): string {
  return STATES.filter((state) => waiting[state] > 0)
    .map((state) => `${formatCount(waiting[state])} ${state}`)
    .join(', ');
}

/** The effect on waiting deliveries of turning off or deleting a webhook. */
export function describeCancelled(waiting: Waiting): string {
  const count = countWaiting(waiting);
  if (count === 0) return 'Nothing waits to be sent, so nothing is cancelled.';
  const verb = count === 1 ? 'is' : 'are';
  return `${formatPlural(count, 'delivery', 'deliveries')} that still ${count === 1 ? 'waits' : 'wait'} (${listWaiting(waiting)}) ${verb} cancelled.`;
}
