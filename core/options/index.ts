import type { z } from 'zod';
import { limits } from './limits.ts';
import { retryPolicy } from './retry-policy.ts';
import { timeout } from './timeout.ts';
import type { AttemptRequest, WebhookOption } from './webhook-option.ts';

/** The options of a webhook, by their names in the API and in `webhooks.options`. */
export const OPTIONS = {
  retry_policy: retryPolicy,
  limits,
  timeout,
};

export type OptionName = keyof typeof OPTIONS;
/** The options of one webhook, complete. */
export type WebhookOptions = { [Name in OptionName]: z.output<(typeof OPTIONS)[Name]['schema']> };
/** The options that were set, as `webhooks.options` stores them. */
export type StoredOptions = Partial<WebhookOptions>;
export type OptionChanges = { [Name in OptionName]?: z.output<(typeof OPTIONS)[Name]['input']> | undefined };

type AnyOption = WebhookOption<z.ZodType, z.ZodType>;
const ENTRIES = Object.entries(OPTIONS) as unknown as [OptionName, AnyOption][];

/** The options as answers show them. */
export const optionSchemas = mapOptions((option) => option.schema) as {
  [Name in OptionName]: (typeof OPTIONS)[Name]['schema'];
};

/** The options as registering and updating take them. */
export const optionInputs = mapOptions((option) =>
  option.input.optional().meta({ description: `${option.description}; default ${JSON.stringify(option.default)}` }),
) as { [Name in OptionName]: z.ZodOptional<(typeof OPTIONS)[Name]['input']> };

/** When a change of each takes effect, as sentences. */
export function describeEffects(): string {
  return ENTRIES.map(([name, { takesEffect }]) => `A new \`${name}\` takes effect ${takesEffect}.`).join(' ');
}

/** The options of a webhook, with the default of each that was not set. */
export function readOptions(stored: StoredOptions): WebhookOptions {
  return Object.fromEntries(
    ENTRIES.map(([name, option]) => [
      name,
      stored[name] === undefined ? option.default : option.merge(option.default, stored[name]),
    ]),
  ) as WebhookOptions;
}

/** What is stored after a change. */
export function changeOptions(stored: StoredOptions, changes: OptionChanges): StoredOptions {
  const before = readOptions(stored);
  const changed = ENTRIES.flatMap(([name, option]) =>
    changes[name] === undefined ? [] : [[name, option.merge(before[name], changes[name])]],
  );
  return { ...stored, ...Object.fromEntries(changed) };
}

/** An attempt's request, with what the options do to it. */
export function applyToRequest(options: WebhookOptions, request: AttemptRequest): AttemptRequest {
  return ENTRIES.reduce((result, [name, { onRequest }]) => onRequest?.(options[name], result) ?? result, request);
}

function mapOptions<Result>(map: (option: AnyOption) => Result): Record<string, Result> {
  return Object.fromEntries(ENTRIES.map(([name, option]) => [name, map(option)]));
}

const REMEMBERED = 10_000;

/** Reads options from their JSON, and remembers them: a claim reads those of few webhooks again and again. */
export function createOptionReader(): (json: string) => WebhookOptions {
  const known = new Map<string, WebhookOptions>();
  return (json) => {
    const remembered = known.get(json);
    if (remembered) return remembered;
    if (known.size >= REMEMBERED) known.clear();
    const options = readOptions(JSON.parse(json) as StoredOptions);
    known.set(json, options);
    return options;
  };
}
