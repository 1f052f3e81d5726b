import type { z } from 'zod';
import type { TextBox } from '../domain/sealed.ts';
import { clientCertificate } from './client-certificate.ts';
import { filter } from './filter.ts';
import { headers } from './headers.ts';
import { limits } from './limits.ts';
import { ordering } from './ordering.ts';
import { retryPolicy } from './retry-policy.ts';
import { timeout } from './timeout.ts';
import type { AttemptRequest, WebhookOption } from './webhook-option.ts';

/** The options of a webhook, by their names in the API and, except for `filter`, in `webhooks.options`. */
export const OPTIONS = {
  retry_policy: retryPolicy,
  limits,
  timeout,
  headers,
  ordering,
  client_certificate: clientCertificate,
  filter,
};

export type OptionName = keyof typeof OPTIONS;
type StoredValue<Name extends OptionName> = Parameters<(typeof OPTIONS)[Name]['merge']>[0];
/** The options of one webhook, complete, as attempts and answers use them. */
export type WebhookOptions = { [Name in OptionName]: z.output<(typeof OPTIONS)[Name]['schema']> };
/** The options of one webhook, complete, with secret parts sealed. */
export type SealedOptions = { [Name in OptionName]: StoredValue<Name> };
/** The options that were set, as `webhooks.options` stores them. */
export type StoredOptions = Partial<SealedOptions>;
export type OptionChanges = { [Name in OptionName]?: z.output<(typeof OPTIONS)[Name]['input']> | undefined };

type AnyOption = WebhookOption<z.ZodType, z.ZodType, unknown>;
const ENTRIES = Object.entries(OPTIONS) as unknown as [OptionName, AnyOption][];

/** The options as answers show them. */
export const optionSchemas = mapOptions((option) => option.schema) as {
  [Name in OptionName]: (typeof OPTIONS)[Name]['schema'];
};

/** The options as registering and updating take them. */
export const optionInputs = mapOptions((option) =>
  option.input.optional().meta({ description: `${option.description}; default ${JSON.stringify(option.default)}` }),
) as { [Name in OptionName]: z.ZodOptional<(typeof OPTIONS)[Name]['input']> };

/** The options of a webhook that set none. */
export const DEFAULT_OPTIONS = mapOptions((option) => option.default) as WebhookOptions;

/** When a change of each takes effect, as sentences. */
export function describeEffects(): string {
  return ENTRIES.map(([name, { takesEffect }]) => `A new \`${name}\` takes effect ${takesEffect}.`).join(' ');
}

/** The options of a webhook, with the default of each that was not set. */
export function readOptions(stored: StoredOptions): SealedOptions {
  return mapOptions((option, name) => {
    const value = stored[name];
    if (value === undefined) return option.default;
    return option.complete ? option.complete(value) : value;
  }) as SealedOptions;
}

/** What is stored after a change. @throws OptionError */
export function changeOptions(stored: StoredOptions, changes: OptionChanges, box: TextBox): StoredOptions {
  const before = readOptions(stored);
  const changed = ENTRIES.flatMap(([name, option]) =>
    changes[name] === undefined ? [] : [[name, option.merge(before[name], changes[name], box)]],
  );
  return { ...stored, ...Object.fromEntries(changed) };
}

/** For answers: without what is to stay secret. */
export function showOptions(options: SealedOptions, box: TextBox): WebhookOptions {
  return mapOptions(({ sealing }, name) =>
    sealing ? sealing.show(options[name], box) : options[name],
  ) as WebhookOptions;
}

/** For attempts. Throws if a part cannot be decrypted. */
export function openOptions(options: SealedOptions, box: TextBox): WebhookOptions {
  return mapOptions(({ sealing }, name) =>
    sealing ? sealing.open(options[name], box) : options[name],
  ) as WebhookOptions;
}

/** What is stored, encrypted with the first master key. Throws if a part cannot be decrypted. */
export function resealOptions(stored: StoredOptions, box: TextBox): StoredOptions {
  const resealed = ENTRIES.flatMap(([name, { sealing }]) =>
    sealing && stored[name] !== undefined ? [[name, sealing.reseal(stored[name], box)]] : [],
  );
  return { ...stored, ...Object.fromEntries(resealed) };
}

/** An attempt's request, with what the options do to it. */
export function applyToRequest(options: WebhookOptions, request: AttemptRequest): AttemptRequest {
  return ENTRIES.reduce((result, [name, { onRequest }]) => onRequest?.(options[name], result) ?? result, request);
}

function mapOptions<Result>(map: (option: AnyOption, name: OptionName) => Result): Record<string, Result> {
  return Object.fromEntries(ENTRIES.map(([name, option]) => [name, map(option, name)]));
}

const REMEMBERED = 10_000;

/** Reads options from their JSON, and remembers them: a claim reads those of few webhooks again and again. */
export function createOptionReader(): (json: string) => SealedOptions {
  const known = new Map<string, SealedOptions>();
  return (json) => {
    const remembered = known.get(json);
    if (remembered) return remembered;
    if (known.size >= REMEMBERED) known.clear();
    const options = readOptions(JSON.parse(json) as StoredOptions);
    known.set(json, options);
    return options;
  };
}
