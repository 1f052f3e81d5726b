import type { NewWebhook, WebhookInput } from '../clients/typescript/src/index.ts';
import type { Receiver } from './receiver.ts';
import type { System } from './system.ts';

export const POSTHORN = '/api/posthorn';
export const ofOrganization = (orgId: string) => `${POSTHORN}/organizations/${orgId}`;

export const OPERATIONAL_EVENTS = [
  'delivery.failed',
  'webhook.auto_paused',
  'webhook.turned_off',
  'webhook.recovered',
  'secret.rotated',
];

/** Registers a webhook for operational events, all of them by default, for everything by default. */
export async function listenTo(
  system: System,
  receiver: Pick<Receiver, 'url'>,
  fields: Partial<WebhookInput> = {},
): Promise<NewWebhook> {
  const { webhooks } = system.client.owner('posthorn');
  return await webhooks.create({ url: receiver.url, events: OPERATIONAL_EVENTS, ...fields });
}

export interface Told {
  event: string;
  timestamp: string;
  data: {
    platform: string;
    organization: string | null;
    webhook: { id: string; origin: string };
    delivery: { id: string; event_id: string; event: string };
  };
}

/** The bodies that a receiver of operational events got, oldest first, of one webhook if it is given. */
export function told(receiver: Receiver, webhookId?: string): Told[] {
  return receiver.arrivals
    .map(({ body }) => JSON.parse(body) as Told)
    .filter(({ data }) => webhookId === undefined || data.webhook.id === webhookId);
}
