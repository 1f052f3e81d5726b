import { z } from 'zod';
import type { ChangeNotice } from '../../core/db/changes.ts';

const Notice: z.ZodType<ChangeNotice> = z.object({
  // Used as the event id of the stream.
  id: z.string().regex(/^[\w-]+$/),
  owners: z.array(
    z.object({
      platform: z.string().nullable(),
      orgId: z.string().nullable(),
      deliveries: z.array(z.string()),
      webhooks: z.array(z.string()),
      recoveries: z.array(z.string()),
      more: z.boolean(),
    }),
  ),
});

/** Parses a notice. Any user of the database can send notifications, so it is validated. @throws Error if it is invalid */
export function readNotice(payload: string): ChangeNotice {
  try {
    return Notice.parse(JSON.parse(payload));
  } catch {
    throw new Error('not a notice of a change');
  }
}
