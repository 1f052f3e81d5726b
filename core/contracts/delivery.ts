import { z } from 'zod';
import { DELIVERY_STATUSES } from '../domain/delivery.ts';
import { Data, Id, listOf, Time } from './common.ts';
import { createdBetween, eventTypeOf, pageOf, searchedValue, statuses, uuid } from './filters.ts';

const DeliveryStatus = z.enum(DELIVERY_STATUSES).meta({
  id: 'DeliveryStatus',
  description:
    'pending: not attempted yet; retrying: failed, another attempt will follow; delivered; failed: attempts used up, or 410; ' +
    'cancelled: manually, or because the webhook was turned off or deleted; held: the webhook is paused',
});

const fields = {
  id: Id,
  webhook_id: Id,
  event_id: Id,
  event: z.string().meta({ example: 'contact.created' }),
  status: DeliveryStatus,
  attempts: z.int().meta({ description: 'attempts made' }),
  max_attempts: z.int(),
  status_code: z.int().nullable().meta({ description: 'of the last attempt; null when no answer came' }),
  response_body: z.string().nullable().meta({ description: 'of the last attempt, at most 16 KiB' }),
  error_message: z.string().nullable(),
  next_attempt_at: Time.nullable(),
  delivered_at: Time.nullable(),
  created_at: Time,
  updated_at: Time,
};

export const Delivery = z.object(fields).meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryList = listOf(Delivery).meta({ id: 'DeliveryList' });

export const Attempt = z
  .object({
    number: z.int(),
    trigger: z.enum(['automatic', 'manual']),
    started_at: Time,
    duration_ms: z.int(),
    status_code: z.int().nullable(),
    response_headers: z.record(z.string(), z.string()).nullable(),
    response_body: z.string().nullable(),
    error_message: z.string().nullable().meta({ description: 'null when the receiver took it' }),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof Attempt>;

const TIMELINE_TYPES = [
  'accepted',
  'attempt',
  'retry_requested',
  'held',
  'resumed',
  'delivered',
  'failed',
  'cancelled',
] as const;

export const TimelineEntry = z
  .object({ at: Time, type: z.enum(TIMELINE_TYPES), detail: z.string() })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const ScheduledAttempt = z.object({ number: z.int(), at: Time }).meta({ id: 'ScheduledAttempt' });
export type ScheduledAttempt = z.infer<typeof ScheduledAttempt>;

export const DeliveryDetail = z
  .object({
    ...fields,
    workflow_id: z.string().nullable().meta({ description: 'of the Temporal workflow that carries it' }),
    waits_for: Id.nullable().meta({
      description:
        'the first delivery in line with the same ordering key, which has to end before; null: it waits for none',
    }),
    attempt_history: z.array(Attempt),
    timeline: z.array(TimelineEntry).meta({ description: 'what happened to it, in order' }),
    schedule: z
      .array(ScheduledAttempt)
      .meta({ description: 'when the remaining attempts are made if each fails at once; empty while it is held' }),
    payload: z
      .object({ event: z.string(), timestamp: z.string(), data: Data })
      .meta({ description: 'the body that the receiver gets' }),
  })
  .meta({ id: 'DeliveryDetail' });
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;

export const DeliveryRequest = z
  .object({
    method: z.literal('POST'),
    url: z.string().meta({ description: "the webhook's" }),
    headers: z.record(z.string(), z.string()).meta({
      description:
        "signed with the secrets of today, at the time of this answer; `[redacted]` stands for values of the webhook's own `headers`",
    }),
    body: z.string().meta({ description: 'exactly what the receiver gets' }),
  })
  .meta({ id: 'DeliveryRequest' });
export type DeliveryRequest = z.infer<typeof DeliveryRequest>;

export const RetryInput = z
  .object({
    force: z.boolean().optional().meta({ description: 'send again even if it was delivered; default false' }),
  })
  .meta({ id: 'RetryInput' });

export const RetryAnswer = z
  .object({
    id: Id,
    status: DeliveryStatus,
    next_attempt_at: Time.nullable(),
    in_flight: z.boolean().meta({ description: 'an attempt is in flight, which counts as the retry' }),
  })
  .meta({ id: 'RetryAnswer' });
export type RetryAnswer = z.infer<typeof RetryAnswer>;

export const CancelAnswer = z.object({ id: Id, status: DeliveryStatus }).meta({ id: 'CancelAnswer' });

/** The history's query parameters. */
export function historyQuery(eventTypes: readonly string[]) {
  return z.object({
    status: statuses.optional(),
    event: eventTypeOf(eventTypes).optional(),
    webhook_id: uuid.optional(),
    q: searchedValue.optional(),
    ...createdBetween,
    ...pageOf(50, 200),
  });
}
