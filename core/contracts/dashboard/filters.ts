import { z } from 'zod';
import { OrgId } from '../common.ts';
import { createdBetween, eventTypeOf, searchedValue, statuses, uuid } from '../filters.ts';
import { quote } from '../issues.ts';

/** What the query parameters of the dashboard's reads may name. */
export interface Known {
  platforms: readonly string[];
  /** Of all platforms, each once. */
  eventTypes: readonly string[];
}

/** An owner; left out: every owner that the key may see. */
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

export function eventFilter(known: Known) {
  return {
    ...ownerFilter(known),
    event: eventTypeOf(known.eventTypes).optional(),
    q: searchedValue.optional(),
    ...createdBetween,
  };
}

export function deliveryFilter(known: Known) {
  return {
    ...eventFilter(known),
    webhook_id: uuid.optional(),
    event_id: uuid.optional(),
    status: statuses.optional(),
  };
}

export const search = z.string().max(200).optional().meta({ description: 'a part of it, in upper or lower case' });

export const subject = uuid.optional();
