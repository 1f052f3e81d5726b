import { InvalidSignatureError } from './errors.ts';
import { runtime } from './runtime.ts';
import type { PlatformEvents, PlatformId } from './types.ts';

/** The payload of a request to a receiver. The data may have more members than its type. */
export type ReceivedEvent<Platform extends PlatformId = PlatformId> = {
  [Id in Platform]: {
    [Type in keyof PlatformEvents[Id]]: {
      event: Type;
      /** ISO 8601 in UTC. */
      timestamp: string;
      data: PlatformEvents[Id][Type];
    };
  }[keyof PlatformEvents[Id]];
}[Platform];

/** A `Headers`, or an object such as `request.headers` of Node. */
export type ReceivedHeaders =
  | { get(name: string): string | null; forEach(visit: (value: string, name: string) => void): void }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** Seconds that the time of the request may differ from now; default 300. Only `webhook-signature` has a time. */
  tolerance?: number;
}

type Bytes = Uint8Array<ArrayBuffer>;

const WRONG = 'The signature is not of this secret and body.';
const PREFIX = 'whsec_';
const encoder = new TextEncoder();

/**
 * Verifies a request and returns its payload. With the `webhook-*` headers it checks the signature of Standard Webhooks and that the
 * request is recent, otherwise `X-…-Signature`. All comparisons are in constant time.
 *
 * @param body what arrived, not parsed
 * @param secret the webhook's secret; during a rotation, the old and the new one
 * @throws InvalidSignatureError; TypeError if the secret is empty
 */
export async function verify<Platform extends PlatformId = PlatformId>(
  body: string | Uint8Array,
  headers: ReceivedHeaders,
  secret: string | readonly string[],
  { tolerance = 300 }: VerifyOptions = {},
): Promise<ReceivedEvent<Platform>> {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  // With an empty key anybody could sign.
  if (secrets.length === 0 || secrets.includes('')) throw new TypeError('The secret is empty.');
  const bytes = typeof body === 'string' ? encoder.encode(body) : new Uint8Array(body);
  const values = readHeaders(headers);
  const signature = values.get('webhook-signature');
  if (signature === undefined) await verifyHex(bytes, values, secrets);
  else await verifyStandard(bytes, signature, values, secrets, tolerance);
  return JSON.parse(new TextDecoder().decode(bytes)) as ReceivedEvent<Platform>;
}

async function verifyStandard(
  body: Bytes,
  signature: string,
  values: ReadonlyMap<string, string>,
  secrets: readonly string[],
  tolerance: number,
): Promise<void> {
  const id = values.get('webhook-id') ?? '';
  const timestamp = values.get('webhook-timestamp') ?? '';
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) {
    throw new InvalidSignatureError('webhook-id or webhook-timestamp is missing or not valid.');
  }
  const sent = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => fromBase64(one.slice(3)));
  const head = encoder.encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  await requireMatch(signed, sent, secrets.flatMap(standardKeys));
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > tolerance) {
    throw new InvalidSignatureError(`The request is more than ${tolerance} seconds old, or a clock is wrong.`);
  }
}

async function verifyHex(body: Bytes, values: ReadonlyMap<string, string>, secrets: readonly string[]): Promise<void> {
  const sent = [...values]
    .filter(([name]) => /^x-[a-z0-9]+-signature(-next)?$/.test(name))
    .map(([, value]) => fromHex(value));
  if (sent.length === 0) throw new InvalidSignatureError('The request has no signature.');
  await requireMatch(
    body,
    sent,
    secrets.map((secret) => encoder.encode(secret)),
  );
}

/** Compares every signature with every key. `crypto.subtle.verify` compares in constant time. */
async function requireMatch(signed: Bytes, sent: (Bytes | undefined)[], keys: Bytes[]): Promise<void> {
  const { subtle } = runtime.crypto;
  let isGenuine = false;
  for (const bytes of keys) {
    const key = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    for (const signature of sent) {
      if (!signature) continue;
      isGenuine = (await subtle.verify('HMAC', key, signature, signed)) || isGenuine;
    }
  }
  if (!isGenuine) throw new InvalidSignatureError(WRONG);
}

/**
 * The key of `whsec_…` is the base64 after it, decoded. Any other secret is the key itself; if it happens to be base64, its decoded form is
 * one too.
 */
function standardKeys(secret: string): Bytes[] {
  const isStandard = secret.startsWith(PREFIX);
  const encoded = isStandard ? secret.slice(PREFIX.length) : secret;
  const decoded = encoded.length >= 4 ? fromBase64(encoded) : undefined;
  if (!decoded) return [encoder.encode(secret)];
  return isStandard ? [decoded] : [encoder.encode(secret), decoded];
}

function readHeaders(headers: ReceivedHeaders): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (isHeaders(headers)) headers.forEach((value, name) => values.set(name.toLowerCase(), value));
  else {
    for (const [name, value] of Object.entries(headers)) {
      const first = typeof value === 'string' ? value : value?.[0];
      if (first !== undefined) values.set(name.toLowerCase(), first);
    }
  }
  return values;
}

function isHeaders(headers: ReceivedHeaders): headers is Extract<ReceivedHeaders, { forEach: unknown }> {
  return typeof headers.forEach === 'function';
}

/** Padding is optional. Undefined if it is not base64. */
function fromBase64(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9+/]{2,}={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  // A last digit that is alone stands for no byte.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** Undefined if it is not hexadecimal. */
function fromHex(text: string): Bytes | undefined {
  if (!/^([0-9a-f]{2})+$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
