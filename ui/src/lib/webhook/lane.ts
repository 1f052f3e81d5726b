import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import type { LaneState } from '../../../../core/domain/lane-state.ts';
import type { Tone } from '../components/ui/badge.svelte';
import { formatCount, formatPlural } from '../number-format.ts';
import { listWaiting } from './consequences.ts';
import { stateOf } from './state.ts';

export type Lane = NonNullable<DashboardWebhook['lane']>;

/** The label and colour of each lane state. */
export const LANE_LOOKS = {
  probing: { label: 'Probing', tone: 'danger' },
  slowed: { label: 'Slowed', tone: 'warning' },
  rate_limited: { label: 'Rate limited', tone: 'info' },
  full: { label: 'Full', tone: 'info' },
} as const satisfies Record<LaneState, { label: string; tone: Tone }>;

/** The webhook's lane; null if it is not throttled or sends nothing anyway. */
export function laneOf(webhook: DashboardWebhook): Lane | null {
  const state = stateOf(webhook);
  return state === 'active' || state === 'struggling' ? webhook.lane : null;
}

/** "16 of 100 attempts at once", "5 attempts a second". */
export function describeHold(lane: Lane, { rate }: DashboardWebhook['limits']): string {
  if (lane.state === 'rate_limited' && rate !== null) return `${formatPlural(rate, 'attempt')} a second`;
  const { concurrency, limit } = lane;
  const where = lane.workers > 1 ? ' in each worker' : '';
  const share = concurrency < limit ? `${formatCount(concurrency)} of ` : '';
  return `${share}${formatPlural(limit, 'attempt')} at once${where}`;
}

/** "4 in flight, 1,200 pending". Omits deliveries that wait in the workers: they are few. */
export function describeLoad({ in_flight }: Lane, waiting: DashboardWebhook['waiting']): string {
  return [`${formatCount(in_flight)} in flight`, listWaiting(waiting)].filter(Boolean).join(', ');
}
