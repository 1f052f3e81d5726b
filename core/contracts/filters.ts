import { z } from 'zod';
import { DELIVERY_STATUSES } from '../domain/delivery.ts';
import { LONGEST_VALUE } from '../domain/searched-value.ts';
import { quote } from './issues.ts';

const moment = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-22T10:30:00Z' });

function rangeOf<Moment extends z.ZodType>(type: Moment) {
  return {
    since: type.optional().meta({ description: 'created at this time or later', example: '2026-01-22T00:00:00Z' }),
    until: type.optional().meta({ description: 'created before this time', example: '2026-01-23T00:00:00Z' }),
  };
}

/** `since` and `until` of a query, as dates. */
export const createdBetween = rangeOf(moment.transform((text) => new Date(text)));
/** `since` and `until` of a body, as ISO 8601 in UTC. */
export const createdBetweenTexts = rangeOf(moment.transform((text) => new Date(text).toISOString()));

export const uuid = z.uuid({ error: 'must be a UUID' });

export function eventTypeOf(eventTypes: readonly string[]) {
  return z
    .enum(eventTypes as [string, ...string[]], {
      error: (issue) => `unknown event type ${quote(issue.input)}; valid are ${eventTypes.join(', ')}`,
    })
    .meta({ description: 'an event type' });
}

/** One status or several, separated by commas. */
export const statuses = z
  .string()
  .min(1)
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z.array(
      z.enum(DELIVERY_STATUSES, {
        error: (issue) => `unknown status ${quote(issue.input)}; valid are ${DELIVERY_STATUSES.join(', ')}`,
      }),
    ),
  )
  .meta({
    description: `one or several, separated by commas: ${DELIVERY_STATUSES.join(', ')}`,
    example: 'failed,retrying',
  });

/** `q`: a value in the payload. */
export const searchedValue = z.string().trim().min(1).max(LONGEST_VALUE).meta({
  description:
    'a whole value in `data`, at `id` or another of the `search_paths` of the event type; upper and lower case are the same',
  example: 'ada@example.com',
  pattern: '\\S',
});

/** `limit` and `cursor` of a list. */
export function pageOf(fallback: number, most: number) {
  return {
    limit: z
      .string()
      .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= most, {
        error: `must be a whole number from 1 to ${most}`,
      })
      .transform(Number)
      .default(fallback)
      .meta({ type: 'integer', minimum: 1, maximum: most, default: fallback, description: 'items on a page' }),
    cursor: z.string().min(1).optional().meta({ description: '`next_cursor` of the page before' }),
  };
}
