import { z } from 'zod';

export const Id = z.uuid().meta({ description: 'a UUIDv7', example: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77' });

/** ISO 8601 in UTC with milliseconds. */
export const Time = z.iso.datetime().meta({ example: '2026-01-22T10:30:00.000Z' });

/** A page of `item`, newest first. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'the `cursor` of the next page; null on the last one' }),
  });
}

/** PostgreSQL holds no NUL characters in texts. */
export function plainText(schema: z.ZodString): z.ZodString {
  return schema.refine((text) => !text.includes('\u0000'), { error: 'must not contain NUL characters' });
}

export const CONTROL = /[\u0000-\u001f\u007f]/; // eslint-disable-line no-control-regex

/** Whatever the platform calls its organizations: 1 to 128 characters, no control characters. */
export function isOrgId(text: string): boolean {
  return text.length >= 1 && text.length <= 128 && !CONTROL.test(text);
}

export const OrgId = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !CONTROL.test(text), { error: 'must not contain control characters' })
  .meta({ description: 'the organization', example: 'org-42', pattern: '^[^\\x00-\\x1f\\x7f]+$' });

/** What an event is about. */
export const Data = z
  .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
  .meta({ description: 'a JSON object or array; unknown fields are welcome', example: { id: '7' } });
