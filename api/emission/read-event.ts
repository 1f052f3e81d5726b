import { createHash } from 'node:crypto';
import type { FieldError } from '../../core/contracts/errors.ts';
import type { Emission } from '../../delivery/accept/emission.ts';
import { searchPathsOf, type EventType } from '../../core/platforms/platform.ts';
import { findInfinite } from './find-infinite.ts';
import { findValues } from './find-values.ts';
import { currentTimestamp, readTimestamp } from './timestamp.ts';

/** The event types of one platform. */
export interface EventReader {
  platform: string;
  /** By their names. */
  eventTypes: ReadonlyMap<string, EventType>;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEY_MESSAGE = 'must be 1 to 255 visible ASCII characters';

/**
 * Creates the payload of one event from the members of its JSON object, each encoded as PHP would. Problems are added to `errors`,
 * with `at` before their path; then the result is null.
 */
export function readEvent(
  reader: EventReader,
  members: Map<string, string>,
  orgId: string,
  key: string | undefined,
  errors: FieldError[],
  at = '',
): Emission | null {
  const before = errors.length;
  const eventType = readType(reader, members.get('event'), errors, at);
  const data = members.get('data');
  if (data === undefined) errors.push({ path: `${at}data`, message: 'is required' });
  else if (!data.startsWith('{') && !data.startsWith('[')) {
    errors.push({ path: `${at}data`, message: 'must be a JSON object or array' });
  } else {
    const path = findInfinite(data, `${at}data`);
    if (path !== null) errors.push({ path, message: 'is too large for a number; send it as a string' });
  }
  const sent = members.get('timestamp');
  const timestamp = sent === undefined ? currentTimestamp() : readSent(sent);
  if (timestamp === null) {
    const message =
      'must be an ISO 8601 date-time with a zone, such as 2026-01-22T10:30:00Z or 2026-01-22T12:30:00+02:00';
    errors.push({ path: `${at}timestamp`, message });
  }
  if (errors.length > before) return null;
  const body = `{"event":"${eventType}","timestamp":"${timestamp}","data":${data}}`;
  const idempotency = key === undefined ? null : { key, hash: hashRequest(eventType!, sent ?? '', data!) };
  const values = findValues(data!, searchPathsOf(reader.eventTypes.get(eventType!)!));
  return { platform: reader.platform, orgId, eventType: eventType!, body, values, idempotency, trace: null };
}

/** Undefined if there is none. */
export function readKeyHeader(header: string | undefined, errors: FieldError[]): string | undefined {
  if (header !== undefined && !KEY.test(header)) errors.push({ path: 'Idempotency-Key', message: KEY_MESSAGE });
  return header;
}

/** The idempotency key of an item of a batch, from JSON; undefined if there is none. */
export function readKeyMember(json: string | undefined, errors: FieldError[], at: string): string | undefined {
  const key = json === undefined ? undefined : decode(json);
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  errors.push({ path: `${at}idempotency_key`, message: KEY_MESSAGE });
  return undefined;
}

/** The timestamp of a payload that `readEvent` created. */
export function timestampOf(eventType: string, body: string): string {
  const start = `{"event":"${eventType}","timestamp":"`.length;
  return body.slice(start, body.indexOf('"', start));
}

function readType(
  { eventTypes }: EventReader,
  json: string | undefined,
  errors: FieldError[],
  at: string,
): string | null {
  if (json === undefined) {
    errors.push({ path: `${at}event`, message: 'is required' });
    return null;
  }
  const type = decode(json);
  if (typeof type === 'string' && eventTypes.has(type)) return type;
  const valid = [...eventTypes.keys()].join(', ');
  errors.push({ path: `${at}event`, message: `unknown event type ${shorten(json)}; valid are ${valid}` });
  return null;
}

function readSent(json: string): string | null {
  const text = decode(json);
  return typeof text === 'string' ? readTimestamp(text) : null;
}

function decode(json: string): unknown {
  return json.startsWith('"') && !json.includes('\\') ? json.slice(1, -1) : JSON.parse(json);
}

function shorten(json: string): string {
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}

/** Hashes the request, not the payload: without a timestamp, a request that is repeated a minute later has the same hash. */
function hashRequest(eventType: string, timestamp: string, data: string): Buffer {
  return createHash('sha256').update(`${eventType}\n${timestamp}\n`).update(data).digest();
}
