import { z } from 'zod';
import { DELIVERY_STATUSES } from '../../domain/delivery.ts';
import { OrgId } from '../common.ts';
import { quote } from '../issues.ts';

/** What the query parameters of the dashboard's reads may name. */
export interface Known {
  platforms: readonly string[];
  /** Of all platforms, each once. */
  eventTypes: readonly string[];
}

const moment = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-22T10:30:00Z' })
  .transform((text) => new Date(text));

const uuid = z.uuid({ error: 'must be a UUID' });

/** Whose things; left out, all that the key may see. */
export function ownerFilter({ platforms }: Known) {
  return {
    platform: z
      .enum(platforms as [string, ...string[]], {
        error: (issue) => `unknown platform ${quote(issue.input)}; valid are ${platforms.join(', ')}`,
      })
      .optional(),
    org_id: OrgId.optional(),
  };
}

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
      .meta({ type: 'integer', minimum: 1, maximum: most, default: fallback }),
    cursor: z.string().optional().meta({ description: '`next_cursor` of the page before' }),
  };
}

export function eventFilter(known: Known) {
  return {
    ...ownerFilter(known),
    event: z
      .enum(known.eventTypes as [string, ...string[]], {
        error: (issue) => `unknown event type ${quote(issue.input)}; valid are ${known.eventTypes.join(', ')}`,
      })
      .optional(),
    since: moment.optional().meta({ description: 'created at this time or later', example: '2026-01-22T00:00:00Z' }),
    until: moment.optional().meta({ description: 'created before this time', example: '2026-01-23T00:00:00Z' }),
  };
}

export function deliveryFilter(known: Known) {
  return {
    ...eventFilter(known),
    webhook_id: uuid.optional(),
    event_id: uuid.optional(),
    status: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .pipe(
        z.array(
          z.enum(DELIVERY_STATUSES, {
            error: (issue) => `unknown status ${quote(issue.input)}; valid are ${DELIVERY_STATUSES.join(', ')}`,
          }),
        ),
      )
      .optional()
      .meta({ description: 'one or several, separated by commas', example: 'failed,retrying' }),
  };
}

export const search = z.string().max(200).optional().meta({ description: 'a part of it, in upper or lower case' });

export const subject = uuid.optional();
