import { z } from 'zod';
import { listOf, Time } from '../common.ts';
import { Webhook } from '../webhook.ts';
import { ownerFilter, pageOf, search, type Known } from './filters.ts';

export function webhooksQuery(known: Known) {
  return z.object({
    ...ownerFilter(known),
    search: search.meta({ description: 'a part of its URL or description' }),
    state: z
      .enum(['active', 'paused', 'off', 'struggling'])
      .optional()
      .meta({ description: 'struggling: at least one in five attempts of the last hour failed' }),
    ...pageOf(50, 200),
  });
}

export function organizationsQuery({ platforms }: Known) {
  const { platform } = ownerFilter({ platforms, eventTypes: [] });
  return z.object({ platform, search, ...pageOf(100, 1000) });
}

export const OrganizationList = listOf(
  z.object({ platform: z.string(), org_id: z.string(), webhooks: z.int() }).meta({ id: 'Organization' }),
).meta({ id: 'OrganizationList', description: 'those that have or had webhooks, by their names' });

const WebhookHour = z.object({ at: Time, delivered: z.int(), failed_attempts: z.int() });

/** A webhook with how it fares. */
export const DashboardWebhook = Webhook.omit({ org_id: true })
  .extend({
    platform: z.string(),
    org_id: z.string().nullable(),
    deleted_at: Time.nullable(),
    struggling: z.boolean().meta({ description: 'at least one in five attempts of the last hour failed' }),
    last_24h: z
      .array(WebhookHour)
      .length(24)
      .meta({ description: 'hour by hour, oldest first; the last is not over yet' }),
    last_failure: z.object({ at: Time, message: z.string() }).nullable(),
    waiting: z.object({ pending: z.int(), retrying: z.int(), held: z.int() }),
  })
  .meta({ id: 'DashboardWebhook' });
export type DashboardWebhook = z.infer<typeof DashboardWebhook>;

export const DashboardWebhookList = listOf(DashboardWebhook).meta({ id: 'DashboardWebhookList' });
