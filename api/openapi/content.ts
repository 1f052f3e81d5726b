import type { z } from 'zod';

/** An OpenAPI media type object of JSON. */
export function content<Schema extends z.ZodType>(
  schema: Schema,
  examples?: Record<string, { summary?: string; value: unknown }>,
) {
  return { 'application/json': { schema, ...(examples && { examples }) } };
}
