import { z } from 'zod';
import { looksLikeCredential, REDACTED } from '../domain/credentials.ts';
import type { Sealed, TextBox } from '../domain/sealed.ts';
import { defineSealed, OptionError } from './webhook-option.ts';

const MOST = 20;
const LONGEST_NAME = 100;
const LONGEST_VALUE = 4096;
/** Names and values together. Many servers refuse requests with more than 8 or 16 KiB of headers, of which ours take half a KiB. */
const MOST_CHARACTERS = 8192;

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, 5.5, without the obsolete characters beyond ASCII. */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;

const CONNECTION = 'belongs to the connection';
const OURS = 'is set by Posthorn';
const RESERVED: Record<string, string> = {
  connection: CONNECTION,
  'content-length': CONNECTION,
  expect: CONNECTION,
  host: CONNECTION,
  'http2-settings': CONNECTION,
  'keep-alive': CONNECTION,
  te: CONNECTION,
  trailer: CONNECTION,
  'transfer-encoding': CONNECTION,
  upgrade: CONNECTION,
  'accept-encoding': OURS,
  'content-encoding': OURS,
  'content-type': OURS,
  'user-agent': OURS,
  traceparent: `${OURS} (W3C Trace Context)`,
  tracestate: `${OURS} (W3C Trace Context)`,
  'webhook-id': `${OURS} (Standard Webhooks)`,
  'webhook-signature': `${OURS} (Standard Webhooks)`,
  'webhook-timestamp': `${OURS} (Standard Webhooks)`,
};
const RESERVED_PREFIXES: Record<string, string> = { 'proxy-': CONNECTION, 'x-posthorn-': OURS };

const Value = z
  .string()
  .min(1)
  .max(LONGEST_VALUE)
  .refine((value) => FIELD_VALUE.test(value), {
    error: 'must have visible ASCII characters, spaces and tabs only, no line breaks',
  })
  .refine((value) => !/^[\t ]|[\t ]$/.test(value), { error: 'must not begin or end with a space or tab' })
  .meta({ pattern: String.raw`^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$` });

const Headers = z
  .record(z.string(), Value)
  .superRefine((headers, context) => {
    const names = Object.keys(headers);
    const report = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
    for (const name of names) {
      const problem = refuseName(name) ?? (isRepeated(name, names) ? REPEATED : null);
      if (problem !== null) report(problem, name);
    }
    if (names.length > MOST) report(`must have at most ${MOST} names`);
    const size = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    if (size > MOST_CHARACTERS) report(`must have at most ${MOST_CHARACTERS} characters, names and values together`);
  })
  .meta({
    id: 'WebhookHeaders',
    description: `up to ${MOST} names and values; answers show \`${REDACTED}\` for names that look like credentials, and \`${REDACTED}\` in a change keeps the stored value`,
    example: { 'X-Team': 'billing', Authorization: REDACTED },
    maxProperties: MOST,
    propertyNames: { pattern: TOKEN.source, maxLength: LONGEST_NAME },
  });

const REPEATED = 'is there more than once; upper and lower case do not differ';

/** Headers that a webhook's owner adds to each attempt (contract.md, A webhook). */
export const headers = defineSealed<typeof Headers, Record<string, Sealed>>({
  schema: Headers,
  default: {},
  description: 'headers that are added to each request, replaced as a whole by a change; values are encrypted at rest',
  takesEffect: 'with the next attempt',
  merge: (before, change, box) =>
    mapEntries(change, (value, name) => (value === REDACTED ? find(before, name) : box.sealText(value))),
  sealing: {
    open: (stored, box) => mapEntries(stored, (value) => box.openText(value)),
    reseal: (stored, box) => mapEntries(stored, (value) => box.resealText(value)),
    show: (stored, box) => mapEntries(sortNames(stored), (value, name) => showValue(name, value, box)),
  },
  onRequest: (added, request) => ({
    ...request,
    headers: { ...request.headers, ...omitNames(added, request.headers) },
  }),
});

/** Why a webhook must not set this header; null: it may. Names of a platform's own are the API's to refuse. */
function refuseName(name: string): string | null {
  if (!TOKEN.test(name)) return "is not a header name; use letters, digits and any of !#$%&'*+-.^_`|~";
  if (name.length > LONGEST_NAME) return `must be at most ${LONGEST_NAME} characters long`;
  const lower = name.toLowerCase();
  const reason = Object.hasOwn(RESERVED, lower)
    ? RESERVED[lower]
    : Object.entries(RESERVED_PREFIXES).find(([prefix]) => lower.startsWith(prefix))?.[1];
  return reason === undefined ? null : refusal(reason);
}

/** The message for a header whose name begins with a platform's prefix, such as `X-URPA-`; null for another name. */
export function refuseOwnName(name: string, headerPrefixes: readonly string[]): string | null {
  const lower = name.toLowerCase();
  return headerPrefixes.some((prefix) => lower.startsWith(prefix.toLowerCase())) ? refusal(OURS) : null;
}

function refusal(reason: string): string {
  return `${reason}; choose another name`;
}

function isRepeated(name: string, names: readonly string[]): boolean {
  return names.some((other) => other !== name && other.toLowerCase() === name.toLowerCase());
}

function find(stored: Record<string, Sealed>, name: string): Sealed {
  const known = Object.keys(stored).find((other) => other.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return stored[known]!;
  throw new OptionError(`headers.${name}`, `no value is stored for this name; send the value instead of ${REDACTED}`);
}

function showValue(name: string, value: Sealed, box: TextBox): string {
  if (looksLikeCredential(name)) return REDACTED;
  try {
    return box.openText(value);
  } catch {
    return REDACTED;
  }
}

/** The database does not keep their order. */
function sortNames<Value>(record: Record<string, Value>): Record<string, Value> {
  const lower = ([name]: [string, Value]) => name.toLowerCase();
  return Object.fromEntries(Object.entries(record).sort((a, b) => (lower(a) < lower(b) ? -1 : 1)));
}

/** Those whose names are not among `taken`: a name may have become one of ours after it was stored. */
function omitNames(added: Record<string, string>, taken: Record<string, string>): Record<string, string> {
  const names = new Set(Object.keys(taken).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(added).filter(([name]) => !names.has(name.toLowerCase())));
}

function mapEntries<From, To>(
  record: Record<string, From>,
  map: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
