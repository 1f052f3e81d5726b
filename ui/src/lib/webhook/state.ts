import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import type { Tone } from '../components/ui/badge.svelte';

export type WebhookState = 'active' | 'struggling' | 'paused' | 'off' | 'deleted';

/** The label, colour and explanation of each webhook state. */
export const WEBHOOK_LOOKS = {
  active: { label: 'Active', tone: 'success', meaning: 'Events are sent as they happen' },
  struggling: {
    label: 'Struggling',
    tone: 'warning',
    meaning: 'At least one in five attempts of the last hour failed',
  },
  paused: { label: 'Paused', tone: 'info', meaning: 'Its deliveries are held and sent on resume' },
  off: { label: 'Off', tone: 'neutral', meaning: 'It gets no new events' },
  deleted: { label: 'Deleted', tone: 'danger', meaning: 'Its history stays readable' },
} as const satisfies Record<WebhookState, { label: string; tone: Tone; meaning: string }>;

type Facts = Pick<DashboardWebhook, 'active' | 'paused' | 'deleted_at' | 'struggling'>;

/** The webhook's state. Deleted, off and paused take precedence over health. */
export function stateOf({ active, paused, deleted_at, struggling }: Facts): WebhookState {
  if (deleted_at !== null) return 'deleted';
  if (!active) return 'off';
  if (paused) return 'paused';
  return struggling ? 'struggling' : 'active';
}
