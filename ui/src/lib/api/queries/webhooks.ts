import { keepPreviousData, queryOptions } from '@tanstack/svelte-query';
import type { SecretRotation, WebhookInput, WebhookUpdate } from '../../../../../clients/typescript/src/types.ts';
import type { Range } from '../../../../../core/contracts/dashboard/overview.ts';
import type { Session } from '../../../../../core/contracts/session.ts';
import { api, ownerApi, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import type { Owner } from '../session.ts';

/** The query parameters of the list of webhooks. */
export type WebhookQuery = NonNullable<Parameters<typeof api.api.dashboard.webhooks.$get>[0]>['query'];

/** A webhook id with its owner. */
export interface OwnedWebhook extends Owner {
  id: string;
}

/** How often to fetch health data, which changes with every attempt. */
const MOVE_ON_MS = 15_000;
const RECENT = '8';

export function webhooksQuery(query: WebhookQuery) {
  return queryOptions({
    queryKey: [KEYS.webhooks, 'list', query],
    placeholderData: keepPreviousData,
    refetchInterval: MOVE_ON_MS,
    queryFn: ({ signal }) => read(api.api.dashboard.webhooks.$get({ query }, { init: { signal } })),
  });
}

export function webhookQuery(id: string) {
  return queryOptions({
    queryKey: [KEYS.webhook, id],
    refetchInterval: MOVE_ON_MS,
    queryFn: ({ signal }) => read(api.api.dashboard.webhooks[':id'].$get({ param: { id } }, { init: { signal } })),
  });
}

/** The results of a webhook's deliveries in a time range. */
export function webhookFiguresQuery(id: string, range: Range) {
  return queryOptions({
    queryKey: [KEYS.overview, 'webhook', id, range],
    placeholderData: keepPreviousData,
    refetchInterval: MOVE_ON_MS,
    queryFn: ({ signal }) =>
      read(api.api.dashboard.overview.$get({ query: { range, webhook_id: id } }, { init: { signal } })),
  });
}

export function recentDeliveriesQuery(webhookId: string) {
  return queryOptions({
    queryKey: [KEYS.recentDeliveries, webhookId],
    queryFn: ({ signal }) => {
      const query = { webhook_id: webhookId, limit: RECENT };
      return read(api.api.dashboard.deliveries.$get({ query }, { init: { signal } }));
    },
  });
}

/** Checks whether a URL is allowed, and if not, why. */
export function urlCheckQuery(url: string) {
  return queryOptions({
    queryKey: [KEYS.urlCheck, url],
    queryFn: ({ signal }) => read(api.api.dashboard['check-url'].$post({ json: { url } }, { init: { signal } })),
  });
}

export type FilterAttempt = Parameters<(typeof api.api.dashboard)['filter-trial']['$post']>[0]['json'];

/** Tries a filter on examples and on the owner's last events. */
export function filterTrialQuery(json: FilterAttempt) {
  return queryOptions({
    queryKey: [KEYS.filterTrial, json],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => read(api.api.dashboard['filter-trial'].$post({ json }, { init: { signal } })),
  });
}

export function registerWebhook(session: Session, owner: Owner, input: WebhookInput) {
  return ownerApi(session, owner).webhooks.create(input);
}

export function updateWebhook(session: Session, webhook: OwnedWebhook, changes: WebhookUpdate) {
  return ownerApi(session, webhook).webhooks.update(webhook.id, changes);
}

export function deleteWebhook(session: Session, webhook: OwnedWebhook) {
  return ownerApi(session, webhook).webhooks.delete(webhook.id);
}

/** Pausing holds deliveries; resuming sends them. */
export function steerWebhook(session: Session, webhook: OwnedWebhook, action: 'pause' | 'resume') {
  return ownerApi(session, webhook).webhooks[action](webhook.id);
}

/** Gives the webhook a new secret, which only this response contains. */
export function rotateSecret(session: Session, webhook: OwnedWebhook, input: SecretRotation) {
  return ownerApi(session, webhook).webhooks.rotateSecret(webhook.id, input);
}

/** The new secret alone signs from now on. */
export function endRotation(session: Session, webhook: OwnedWebhook) {
  return ownerApi(session, webhook).webhooks.endRotation(webhook.id);
}

/** Sends a test event with example data to this webhook only. */
export function testWebhook(session: Session, webhook: OwnedWebhook, event: string) {
  return ownerApi(session, webhook).webhooks.test(webhook.id, { event });
}
