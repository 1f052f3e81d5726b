import { z } from 'zod';
import { Id, Time } from '../common.ts';
import { eventTypeOf } from '../filters.ts';
import { ownerFilter, type Known } from './filters.ts';

export function filterTrialInput(known: Known) {
  const { platform, org_id } = ownerFilter(known);
  return z.object({
    platform: platform.unwrap(),
    org_id,
    events: z.array(eventTypeOf(known.eventTypes)).max(100).meta({ description: "the webhook's event types" }),
    filter: z
      .string()
      .max(64 * 1024)
      .meta({ description: 'the filter as JSON text', example: '{"status": "pending"}' }),
  });
}

const verdict = {
  event: z.string().meta({ example: 'contact.created' }),
  mismatch: z.string().nullable().meta({
    description: 'the condition that it does not meet; null: it matches',
    example: 'amount is 50, not >= 100',
  }),
};

export const FilterTrial = z
  .object({
    problems: z
      .array(
        z.object({
          path: z.string().meta({ example: 'amount.$gte' }),
          message: z.string(),
          line: z.int().meta({ description: 'of the text, from 1' }),
          column: z.int().meta({ description: 'of the line, from 1, in UTF-16 units' }),
        }),
      )
      .meta({ description: 'what is wrong with the filter; if there is something, nothing is tried' }),
    examples: z.array(z.object(verdict)).meta({ description: 'of each event type, its example' }),
    events: z
      .array(z.object({ id: Id, created_at: Time, ...verdict }))
      .nullable()
      .meta({
        description: "the owner's last ten events of these types, newest first; null: the key may not read them",
      }),
  })
  .meta({ id: 'FilterTrial' });
export type FilterTrial = z.infer<typeof FilterTrial>;
