import { randomBytes } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };
import { HmacKey } from './hmac.ts';

const PREFIX = 'whsec_';
/** The base64 that Standard Webhooks libraries decode by default: standard alphabet, padding optional. */
const BASE64 = /^[A-Za-z0-9+/]{2,}={0,2}$/;
const SHORTEST_BASE64 = 4;
const USER_AGENT = `Posthorn/${packageJson.version}`;

/** Creates the signatures of one webhook. */
export class Signer {
  private readonly raw: HmacKey;
  private readonly standardKeys: HmacKey[];

  constructor(secret: string) {
    this.raw = new HmacKey(Buffer.from(secret, 'utf8'));
    this.standardKeys = readKeys(secret).map((key) => new HmacKey(key));
  }

  /** Lower-case hex of HMAC-SHA256 over the body's UTF-8 bytes (contract.md, What a receiver gets). */
  signHex(body: string): string {
    return this.raw.sign(body, 'hex');
  }

  /** The value of `webhook-signature` (Standard Webhooks 1.0); `timestamp` in seconds. */
  signStandard({ id, timestamp, body }: { id: string; timestamp: number; body: string }): string {
    const content = `${id}.${timestamp}.${body}`;
    return this.standardKeys.map((key) => `v1,${key.sign(content, 'base64')}`).join(' ');
  }
}

/** All headers of an attempt except the sender's own; `now` is the time of the attempt, to the second. */
export function deliveryHeaders(input: {
  headerPrefix: string;
  eventType: string;
  deliveryId: string;
  signer: Signer;
  /** During a rotation, the new secret's; `signer` is the old one's. */
  next?: Signer | null;
  body: string;
  now: Date;
}): Record<string, string> {
  const { headerPrefix, eventType, deliveryId, signer, next, body, now } = input;
  const timestamp = Math.floor(now.getTime() / 1000);
  const signed = { id: deliveryId, timestamp, body };
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    [`${headerPrefix}Signature`]: signer.signHex(body),
    ...(next && { [`${headerPrefix}Signature-Next`]: next.signHex(body) }),
    [`${headerPrefix}Event`]: eventType,
    [`${headerPrefix}Delivery`]: deliveryId,
    'webhook-id': deliveryId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': next
      ? `${next.signStandard(signed)} ${signer.signStandard(signed)}`
      : signer.signStandard(signed),
  };
}

/** A new webhook secret in the Standard Webhooks form, 32 random bytes. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/**
 * The key of a secret `whsec_<base64>` is what the base64 holds. Any other secret is the key itself, as UTF-8; where it happens to be
 * base64 too, there is a second key, decoded, so that the libraries verify with that secret whether they are told to take it raw
 * or not.
 */
function readKeys(secret: string): Buffer[] {
  const raw = Buffer.from(secret, 'utf8');
  if (!secret.startsWith(PREFIX)) return isBase64(secret) ? [raw, Buffer.from(secret, 'base64')] : [raw];
  const encoded = secret.slice(PREFIX.length);
  return [isBase64(encoded) ? Buffer.from(encoded, 'base64') : raw];
}

function isBase64(text: string): boolean {
  return text.length >= SHORTEST_BASE64 && BASE64.test(text);
}
