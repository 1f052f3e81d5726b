import type { UpdateWebhook, Webhook as WebhookAnswer } from '../../core/contracts/webhook.ts';
import type { Webhook } from '../../core/db/entities/webhook.ts';
import { changeOptions, readOptions } from '../../core/options/index.ts';
import type { SecretBox } from '../../core/secrets.ts';

/** A webhook as the API returns it, without its secret. */
export function writeWebhook(webhook: Webhook): WebhookAnswer {
  return {
    id: webhook.id,
    ...(webhook.orgId !== '' && { org_id: webhook.orgId }),
    url: webhook.url,
    events: webhook.events,
    description: webhook.description ?? null,
    active: webhook.active,
    inactive_reason: webhook.inactiveReason ?? null,
    paused: Boolean(webhook.pausedAt),
    paused_at: webhook.pausedAt?.toISOString() ?? null,
    paused_reason: webhook.pausedReason ?? null,
    ...readOptions(webhook.options),
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
  };
}

/** Applies all changes except turning on and off, which also affects deliveries. */
export function applyUpdate(webhook: Webhook, input: UpdateWebhook, secretBox: SecretBox): void {
  if (input.url !== undefined) webhook.url = input.url;
  if (input.events !== undefined) webhook.events = input.events;
  if (input.secret !== undefined) webhook.secret = secretBox.seal(input.secret);
  if (input.description !== undefined) webhook.description = input.description;
  webhook.options = changeOptions(webhook.options, input);
  webhook.updatedAt = new Date();
}
