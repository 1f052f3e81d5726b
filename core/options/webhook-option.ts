import type { z } from 'zod';

/** The parts of an attempt's request that an option may change. */
export interface AttemptRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Milliseconds for the whole attempt; undefined: `POSTHORN_ATTEMPT_TIMEOUT`. */
  timeoutMs?: number;
}

/** One option of a webhook: everything about it except its form in the dashboard. */
export interface WebhookOption<Schema extends z.ZodType, Input extends z.ZodType> {
  /** Its value, as the API shows it and the database stores it. */
  schema: Schema;
  /** The part of a value that registering or updating a webhook may send. */
  input: Input;
  /** The value of a webhook that never set it. */
  default: z.output<Schema>;
  /** What it does, for the API document and docs/webhook-options.md. */
  description: string;
  /** When a change takes effect. */
  takesEffect: string;
  merge: (before: z.output<Schema>, change: z.output<Input>) => z.output<Schema>;
  /** Its effect on the request of each attempt. Default: none. */
  onRequest?: (value: z.output<Schema>, request: AttemptRequest) => AttemptRequest;
}

/** An option that is set as a whole. */
export function defineOption<Schema extends z.ZodType>(
  option: Omit<WebhookOption<Schema, Schema>, 'input' | 'merge'>,
): WebhookOption<Schema, Schema> {
  return { ...option, input: option.schema, merge: (_, change) => change };
}

/** An option with members; those that a change leaves out keep their value. */
export function defineGroup<Shape extends z.core.$ZodLooseShape>(
  option: Omit<WebhookOption<z.ZodObject<Shape>, z.ZodObject>, 'input' | 'merge'>,
) {
  const input = option.schema.partial();
  return {
    ...option,
    input,
    merge: (before: z.output<z.ZodObject<Shape>>, change: z.output<typeof input>): z.output<z.ZodObject<Shape>> => ({
      ...before,
      ...change,
    }),
  };
}
