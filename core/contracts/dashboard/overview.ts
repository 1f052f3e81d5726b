import { z } from 'zod';
import { Id, Time } from '../common.ts';
import { ownerFilter, type Known } from './filters.ts';

/** Each range with the length of its buckets, in seconds. */
export const RANGES = {
  '15m': { seconds: 15 * 60, bucketSeconds: 30 },
  '1h': { seconds: 3600, bucketSeconds: 60 },
  '6h': { seconds: 6 * 3600, bucketSeconds: 300 },
  '24h': { seconds: 24 * 3600, bucketSeconds: 900 },
  '7d': { seconds: 7 * 86_400, bucketSeconds: 7200 },
  '30d': { seconds: 30 * 86_400, bucketSeconds: 6 * 3600 },
} as const;

const Range = z.enum(Object.keys(RANGES) as [keyof typeof RANGES, ...(keyof typeof RANGES)[]]);
export type Range = z.infer<typeof Range>;

export function overviewQuery(known: Known) {
  return z.object({ range: Range.default('24h'), ...ownerFilter(known), webhook_id: z.uuid().optional() });
}

const Waiting = z.object({ count: z.int(), oldest_at: Time.nullable().meta({ description: 'when it was accepted' }) });

const OverviewBucket = z.object({
  at: Time.meta({ description: 'its begin' }),
  delivered: z.int(),
  failed: z.int().meta({ description: 'failed for good' }),
  cancelled: z.int(),
  failed_attempts: z.int(),
});
export type OverviewBucket = z.infer<typeof OverviewBucket>;

const FailingWebhook = z.object({
  id: Id,
  url: z.string(),
  platform: z.string(),
  org_id: z.string().nullable(),
  failed_attempts: z.int(),
  attempts: z.int(),
  last_error: z.string().nullable(),
  last_failure_at: Time.nullable(),
  state: z.enum(['active', 'paused', 'off', 'deleted']),
});
export type FailingWebhook = z.infer<typeof FailingWebhook>;

/** Everything is counted when it happens: a delivery that took an hour is in the bucket in which it arrived. */
export const Overview = z
  .object({
    range: Range,
    from: Time,
    to: Time,
    bucket_seconds: z.int(),
    series: z
      .array(OverviewBucket)
      .meta({ description: 'without gaps, oldest first; the last bucket is not over yet' }),
    totals: z.object({
      accepted: z.int().meta({ description: 'deliveries that events made' }),
      delivered: z.int(),
      failed: z.int(),
      cancelled: z.int(),
      success_rate: z.number().nullable().meta({ description: '0 to 1, of what was delivered or failed for good' }),
      attempt_success_rate: z.number().nullable().meta({ description: '0 to 1, of attempts that ended' }),
      time_to_delivery_ms: z
        .object({ p50: z.number().nullable(), p95: z.number().nullable() })
        .meta({ description: 'from accepted to delivered, within 5 %; what was sent by hand does not count' }),
    }),
    waiting: z.object({ pending: Waiting, retrying: Waiting, held: Waiting }),
    failing_webhooks: z.array(FailingWebhook).meta({ description: 'at most 10, those that fail most first' }),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;
