import { z } from 'zod';
import { LANE_STATES } from '../../domain/lane-state.ts';
import { listOf, Time } from '../common.ts';
import { Webhook } from '../webhook.ts';
import { pageOf } from '../filters.ts';
import { ownerFilter, search, type Known } from './filters.ts';

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

const Lane = z
  .object({
    state: z.enum(LANE_STATES).meta({
      description:
        'probing: it does not answer and gets a few attempts at once; slowed: it failed or is slow; rate_limited: its rate is used up; ' +
        'full: as many as it may have at once are in flight',
    }),
    reason: z.string().meta({ example: 'the last 40 attempts failed; 16 at once instead of 100' }),
    since: Time,
    concurrency: z.int().meta({ description: 'attempts that it gets at once, in one worker' }),
    limit: z.int().meta({ description: 'those that it may have' }),
    in_flight: z.int().meta({ description: 'attempts on the wire, of all workers that hold it back' }),
    waiting: z.int().meta({ description: 'deliveries that wait in those workers' }),
    workers: z.int().meta({ description: 'how many workers hold it back' }),
  })
  .meta({ id: 'WebhookLane' });

/** A webhook with how it fares. */
export const DashboardWebhook = Webhook.omit({ org_id: true })
  .extend({
    platform: z.string(),
    org_id: z.string().nullable(),
    filter: z.string().nullable().meta({ description: 'as JSON text, with every digit' }),
    deleted_at: Time.nullable(),
    struggling: z.boolean().meta({ description: 'at least one in five attempts of the last hour failed' }),
    last_24h: z
      .array(WebhookHour)
      .length(24)
      .meta({ description: 'hour by hour, oldest first; the last is not over yet' }),
    last_failure: z.object({ at: Time, message: z.string() }).nullable(),
    waiting: z.object({ pending: z.int(), retrying: z.int(), held: z.int() }),
    lane: Lane.nullable().meta({ description: 'how its deliveries are held back, and why; null: they are not' }),
  })
  .meta({ id: 'DashboardWebhook' });
export type DashboardWebhook = z.infer<typeof DashboardWebhook>;

export const DashboardWebhookList = listOf(DashboardWebhook).meta({ id: 'DashboardWebhookList' });
