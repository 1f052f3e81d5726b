import { createHmac, randomBytes } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };

const PREFIX = 'whsec_';
/** What the Standard Webhooks libraries decode by default: the standard alphabet, padding optional. */
const BASE64 = /^[A-Za-z0-9+/]{2,}={0,2}$/;
const SHORTEST_BASE64 = 4;
const USER_AGENT = `Posthorn/${packageJson.version}`;

/** Lower-case hex of HMAC-SHA256 over the body's UTF-8 bytes (contract.md, What a receiver gets). */
export function signHex(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/**
 * The value of `webhook-signature` (Standard Webhooks 1.0). The key of a secret `whsec_<base64>` is what the base64 holds. Any other
 * secret is the key itself, as UTF-8; where it happens to be base64 too, a second signature has the decoded key, so that the
 * libraries verify with that secret whether they are told to take it raw or not.
 */
export function standardSignature(input: { id: string; timestamp: number; body: string; secret: string }): string {
  const content = `${input.id}.${input.timestamp}.${input.body}`;
  return readKeys(input.secret)
    .map(({ text, encoding }) => `v1,${createHmac('sha256', text, { encoding }).update(content).digest('base64')}`)
    .join(' ');
}

/** Every header of an attempt but the sender's own; `now` is the attempt's time, to the second. */
export function deliveryHeaders(input: {
  headerPrefix: string;
  eventType: string;
  deliveryId: string;
  secret: string;
  body: string;
  now: Date;
}): Record<string, string> {
  const { headerPrefix, eventType, deliveryId, secret, body, now } = input;
  const timestamp = Math.floor(now.getTime() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    [`${headerPrefix}Signature`]: signHex(secret, body),
    [`${headerPrefix}Event`]: eventType,
    [`${headerPrefix}Delivery`]: deliveryId,
    'webhook-id': deliveryId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignature({ id: deliveryId, timestamp, body, secret }),
  };
}

/** A new webhook secret in the Standard Webhooks form, 32 random bytes. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

interface SigningKey {
  text: string;
  encoding: 'utf8' | 'base64';
}

function readKeys(secret: string): SigningKey[] {
  if (!secret.startsWith(PREFIX)) {
    const raw: SigningKey = { text: secret, encoding: 'utf8' };
    return isBase64(secret) ? [raw, { text: secret, encoding: 'base64' }] : [raw];
  }
  const encoded = secret.slice(PREFIX.length);
  return [isBase64(encoded) ? { text: encoded, encoding: 'base64' } : { text: secret, encoding: 'utf8' }];
}

function isBase64(text: string): boolean {
  return text.length >= SHORTEST_BASE64 && BASE64.test(text);
}
