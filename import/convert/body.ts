import { encodePhpJson } from '../../delivery/body/encode.ts';
import { encodePhpFloat } from '../../delivery/body/php-float.ts';
import { splitObject } from '../../delivery/body/split.ts';

export interface OldBody {
  /** The bytes that receivers get. */
  body: string;
  /** JSON of the event's data. */
  data: string;
  /** From the payload, not checked; null without one. */
  timestamp: string | null;
  /** The old payload was the data alone. */
  wrapped: boolean;
}

/** Finds an empty object and numbers beyond 64 bits; strings are matched whole, so that nothing in them is. */
const LOST_IN_PHP = /"(?:[^"\\]|\\.)*"|\{\}|(?<![\d.])-?\d{19,}(?![\d.eE])/g;
const MAY_BE_LOST = /\{\}|\d{19}/;
const LONGEST = 9_223_372_036_854_775_807n;

/**
 * The body that the old system sent for a stored payload: what PHP's `json_encode` makes of the array that it reads. Unlike an accepted event,
 * an empty object is an empty array then, and an integer beyond 64 bits is a float. A payload without envelope gets one.
 * @throws JsonSyntaxError
 */
export function bodyOf(payload: string, event: string, createdAt: Date): OldBody {
  let encoded = encodePhpJson(payload);
  // A JSON column that holds JSON as a string.
  if (encoded.startsWith('"')) encoded = encodePhpJson(JSON.parse(encoded) as string);
  const body = asPhpReads(encoded);
  const members = splitObject(body);
  const data = members?.get('data');
  if (data !== undefined && members!.has('event') && members!.has('timestamp')) {
    return { body, data, timestamp: textOf(members!.get('timestamp')!), wrapped: false };
  }
  const timestamp = `${createdAt.toISOString().slice(0, 19)}Z`;
  return {
    body: `{"event":${encodePhpJson(JSON.stringify(event))},"timestamp":"${timestamp}","data":${body}}`,
    data: body,
    timestamp,
    wrapped: true,
  };
}

function asPhpReads(encoded: string): string {
  if (!MAY_BE_LOST.test(encoded)) return encoded;
  return encoded.replace(LOST_IN_PHP, (token) => {
    if (token === '{}') return '[]';
    return token.startsWith('"') || isWithin64Bits(token) ? token : encodePhpFloat(`${token}.0`);
  });
}

function isWithin64Bits(digits: string): boolean {
  const value = BigInt(digits);
  return value <= LONGEST && value >= -LONGEST - 1n;
}

function textOf(json: string): string | null {
  return json.startsWith('"') ? (JSON.parse(json) as string) : null;
}
