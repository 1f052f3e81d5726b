import { z } from 'zod';
import type { ChangeNotice } from '../../core/db/changes.ts';

const Notice: z.ZodType<ChangeNotice> = z.object({
  // It becomes the id of an event of the stream.
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

/** What another process told; everybody who may connect to the database can tell anything. @throws Error when it is no notice */
export function readNotice(payload: string): ChangeNotice {
  try {
    return Notice.parse(JSON.parse(payload));
  } catch {
    throw new Error('not a notice of a change');
  }
}
