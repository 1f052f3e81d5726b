import type { z } from 'zod';
import type { TextBox } from '../domain/sealed.ts';

/** Both in PEM. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/** The parts of an attempt's request that an option may change. */
export interface AttemptRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Milliseconds for the whole attempt; undefined: `POSTHORN_ATTEMPT_TIMEOUT`. */
  timeoutMs?: number;
  /** What an https receiver gets to see if it asks. */
  clientCertificate?: ClientCertificate;
}

/** A change of an option that does not fit what is stored. `path` is the API's, such as `headers.X-Team`. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** One option of a webhook: everything about it except its form in the dashboard. `Stored` is its value with secret parts sealed. */
export interface WebhookOption<Schema extends z.ZodType, Input extends z.ZodType, Stored = z.output<Schema>> {
  /** Its value, as the API shows it. */
  schema: Schema;
  /** The part of a value that registering or updating a webhook may send. */
  input: Input;
  /** The value of a webhook that never set it. */
  default: Stored & z.output<Schema>;
  /** What it does, for the API document and docs/webhook-options.md. */
  description: string;
  /** When a change takes effect. */
  takesEffect: string;
  /** More for docs/webhook-options.md, in Markdown. */
  manual?: string;
  /** @throws OptionError */
  merge: (before: Stored, change: z.output<Input>, box: TextBox) => Stored;
  /** Adds members that an older version did not store. Default: none are missing. */
  complete?: (stored: Stored) => Stored;
  /** How its secret parts are read. Default: it has none. */
  sealing?: Sealing<Stored, z.output<Schema>>;
  /** Its effect on the request of each attempt. Default: none. */
  onRequest?: (value: z.output<Schema>, request: AttemptRequest) => AttemptRequest;
}

interface Sealing<Stored, Value> {
  /** For attempts. Throws if a part cannot be decrypted. */
  open: (stored: Stored, box: TextBox) => Value;
  /** For answers, without what is to stay secret. */
  show: (stored: Stored, box: TextBox) => Value;
  /** For an exchange of the master key. Throws if a part cannot be decrypted. */
  reseal: (stored: Stored, box: TextBox) => Stored;
}

/** An option that is set as a whole. */
export function defineOption<Schema extends z.ZodType>(
  option: Omit<WebhookOption<Schema, Schema>, 'input' | 'merge' | 'complete' | 'sealing'>,
): WebhookOption<Schema, Schema> {
  return { ...option, input: option.schema, merge: (_, change) => change };
}

/** An option that is set as a whole and has parts that are encrypted at rest. */
export function defineSealed<Schema extends z.ZodType, Stored>(
  option: Omit<WebhookOption<Schema, Schema, Stored>, 'input' | 'complete' | 'sealing'> & {
    sealing: Sealing<Stored, z.output<Schema>>;
  },
): WebhookOption<Schema, Schema, Stored> {
  return { ...option, input: option.schema };
}

/** An option with members; those that a change leaves out keep their value. */
export function defineGroup<Shape extends z.core.$ZodLooseShape>(
  option: Omit<WebhookOption<z.ZodObject<Shape>, z.ZodObject>, 'input' | 'merge' | 'complete' | 'sealing'>,
) {
  const input = option.schema.partial();
  type Value = z.output<z.ZodObject<Shape>>;
  return {
    ...option,
    input,
    merge: (before: Value, change: z.output<typeof input>): Value => ({ ...before, ...change }),
    complete: (stored: Value): Value => ({ ...option.default, ...stored }),
  };
}
