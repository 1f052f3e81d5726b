import { z } from 'zod';
import { Data, Id } from './common.ts';

/** Events in one batch at most. */
export const BATCH_LIMIT = 1000;

const ISO_TIME = z.string().meta({
  format: 'date-time',
  description: 'ISO 8601 with a time zone; sent in UTC with its fraction unchanged. Default: now',
  example: '2026-01-22T10:30:00Z',
});

/** Documents what emitting takes; the hot path reads it by hand (api/routes/emission.ts). */
export function eventInput(eventTypes: readonly string[]) {
  return z.object({
    event: z.enum(eventTypes as [string, ...string[]]).meta({ description: 'the event type' }),
    data: Data,
    timestamp: ISO_TIME.optional(),
  });
}

export const IdempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]+$/)
  .meta({
    description:
      '1 to 255 visible ASCII characters. The same key with the same event is accepted once, for at least 24 hours.',
    example: 'order-4711-created',
  });

export function batchInput(eventTypes: readonly string[]) {
  return z.object({
    events: z
      .array(eventInput(eventTypes).extend({ idempotency_key: IdempotencyKey.optional() }))
      .min(1)
      .max(BATCH_LIMIT),
  });
}

export const AcceptedEvent = z
  .object({
    id: Id,
    event: z.string().meta({ example: 'contact.created' }),
    timestamp: z.string().meta({ description: 'as receivers get it', example: '2026-01-22T10:30:00Z' }),
    deliveries: z.array(z.object({ id: Id, webhook_id: Id })),
  })
  .meta({ id: 'AcceptedEvent' });

export const BatchAnswer = z
  .object({
    results: z
      .array(
        z.union([
          AcceptedEvent,
          z.object({
            error: z.object({ code: z.enum(['idempotency_conflict', 'unavailable']), detail: z.string() }),
          }),
        ]),
      )
      .meta({ description: 'one for each event, in order' }),
  })
  .meta({ id: 'BatchAnswer' });

export const EventTypeList = z
  .object({
    data: z.array(
      z.object({
        type: z.string().meta({ example: 'contact.created' }),
        description: z.string(),
        schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema (2020-12) of `data`' }),
        example: z.record(z.string(), z.unknown()).meta({ description: 'an example of `data`' }),
        search_paths: z
          .array(z.string())
          .meta({ description: 'paths within `data` whose values find an event: `q` of the lists' }),
      }),
    ),
    next_cursor: z.null(),
  })
  .meta({ id: 'EventTypeList' });
