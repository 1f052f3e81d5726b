import type * as deliveries from '../../core/contracts/dashboard/deliveries.ts';
import type * as events from '../../core/contracts/dashboard/events.ts';
import type * as webhooks from '../../core/contracts/dashboard/webhooks.ts';
import type * as sessions from '../../core/contracts/session.ts';

/** What the API shows over all owners that a key may see. */
export type Delivery = deliveries.DashboardDelivery;
export type DeliveryDetail = deliveries.DashboardDeliveryDetail;
export type EventDetail = events.DashboardEventDetail;
export type Webhook = webhooks.DashboardWebhook;
export type Session = sessions.Session;

export const STATUSES = [
  'pending',
  'retrying',
  'delivered',
  'failed',
  'cancelled',
  'held',
] as const satisfies Delivery['status'][];
export type Status = Delivery['status'];

export type WebhookState = 'active' | 'paused' | 'off' | 'deleted';

export function stateOf({
  active,
  paused,
  deleted_at,
}: Pick<Webhook, 'active' | 'paused' | 'deleted_at'>): WebhookState {
  if (deleted_at !== null) return 'deleted';
  if (!active) return 'off';
  return paused ? 'paused' : 'active';
}
