import type { EventType } from '../../core/platforms/platform.ts';
import { searchPathsOf } from '../../core/platforms/platform.ts';
import { findValues } from '../../api/emission/find-values.ts';
import { readTimestamp } from '../../api/emission/timestamp.ts';
import { JsonSyntaxError } from '../../delivery/body/encode.ts';
import type { OldRow } from '../sources/source.ts';
import { bodyOf, type OldBody } from './body.ts';
import { deliveryIdOf, idFrom, searchedOldId } from './ids.ts';
import type { OldClock } from './times.ts';
import { readStatus, type OldStatus } from './old-status.ts';

/** A delivery of the old system as Posthorn stores it. */
export interface OldDelivery {
  id: string;
  eventId: string;
  webhookId: string;
  orgId: string;
  eventType: string;
  body: string;
  /** By which a search finds the event. */
  values: string[];
  /** By which a search finds the delivery; null: it kept its id. */
  searchedId: string | null;
  status: OldStatus;
  attempts: number;
  maxAttempts: number;
  statusCode: number | null;
  errorMessage: string | null;
  responseBody: string | null;
  /** The last attempt; null: none was made. The old system did not keep the earlier ones. */
  attempt: { id: string; at: Date; failed: boolean } | null;
  nextAttemptAt: Date | null;
  deliveredAt: Date | null;
  failedAt: Date | null;
  eventAt: Date;
  createdAt: Date;
  updatedAt: Date;
  wrapped: boolean;
}

export interface DeliveryRules {
  platform: string;
  eventTypes: ReadonlyMap<string, EventType>;
  clock: OldClock;
  /** What the old system's own statuses mean. */
  statuses: ReadonlyMap<string, OldStatus>;
  /** The webhook of an old id. */
  webhookOf: (oldId: string) => { id: string; orgId: string; maxAttempts: number } | undefined;
  /** Nothing may be newer. */
  now: Date;
}

const LONGEST_RESPONSE = 16 * 1024;
const MOST_ATTEMPTS = 30_000;
const FUTURE_MS = 60 * 60_000;
/** How long before its delivery an event may have happened. */
const EVENT_MS = 60 * 60_000;

/** @returns why it cannot come over, if it cannot */
export function convertDelivery(row: OldRow, rules: DeliveryRules): OldDelivery | string {
  const { clock, platform } = rules;
  const oldId = row['id'] ?? '';
  if (oldId === '') return 'it has no id';
  const webhook = rules.webhookOf(row['webhook_id'] ?? '');
  if (!webhook) return 'its webhook is not among those that came over';
  const eventType = row['event'] ?? '';
  if (!/^[\w.:-]{1,128}$/.test(eventType)) return 'its event type is not a name';
  const createdAt = clock.read(row['created_at']);
  if (!createdAt) return 'it has no time of creation';
  if (createdAt.getTime() > rules.now.getTime() + FUTURE_MS) return 'it was created in the future: check --timezone';
  const updatedAt = clock.read(row['updated_at']) ?? createdAt;
  const attempts = readCount(row['attempts']);
  const status = readStatus(row, { attempts, hasNext: clock.read(row['next_retry_at']) !== null }, rules.statuses);
  if (status === null) return `its status ${JSON.stringify(row['status'])} is unknown: say what it means with --status`;
  const payload = readBody(row['payload'], eventType, createdAt);
  if (typeof payload === 'string') return payload;
  const made = status === 'delivered' || status === 'failed' ? Math.max(1, attempts) : attempts;
  const id = deliveryIdOf(platform, oldId, createdAt);
  const eventAt = timeOf(payload.timestamp, createdAt);
  const definition = rules.eventTypes.get(eventType);
  const statusCode = readCode(row['response_code']);
  const failed = status !== 'delivered';
  const deliveredAt = failed ? null : (clock.read(row['delivered_at']) ?? updatedAt);
  const at = deliveredAt ?? clock.read(row['last_attempt_at']) ?? updatedAt;
  return {
    id,
    eventId: idFrom(eventAt, `${platform} event ${webhook.orgId} ${payload.body}`),
    webhookId: webhook.id,
    orgId: webhook.orgId,
    eventType,
    body: payload.body,
    values: findValues(payload.data, definition ? searchPathsOf(definition) : ['id']),
    searchedId: searchedOldId(oldId, id),
    status,
    attempts: made,
    maxAttempts: readMaximum(row['max_attempts'], made, webhook.maxAttempts, status),
    statusCode,
    errorMessage: failed ? describeFailure(cleaned(row['error_message']), statusCode, made) : null,
    responseBody: cleaned(row['response_body'])?.slice(0, LONGEST_RESPONSE) ?? null,
    attempt: made === 0 ? null : { id: idFrom(at, `${platform} attempt ${oldId} ${made}`), at, failed },
    nextAttemptAt: status === 'open' ? clock.read(row['next_retry_at']) : null,
    deliveredAt,
    failedAt: status === 'failed' || status === 'cancelled' ? (clock.read(row['failed_at']) ?? updatedAt) : null,
    eventAt,
    createdAt,
    updatedAt,
    wrapped: payload.wrapped,
  };
}

function readBody(payload: string | null | undefined, eventType: string, createdAt: Date): OldBody | string {
  if (payload === null || payload === undefined) return 'it has no payload';
  try {
    return bodyOf(payload, eventType, createdAt);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return 'its payload is not JSON';
  }
}

/** When the event happened, if its timestamp is credible. */
function timeOf(timestamp: string | null, createdAt: Date): Date {
  const utc = timestamp === null ? null : readTimestamp(timestamp);
  const time = utc === null ? NaN : Date.parse(utc);
  const ageMs = createdAt.getTime() - time;
  return ageMs >= 0 && ageMs <= EVENT_MS ? new Date(time) : createdAt;
}

/** An open delivery has an attempt left. */
function readMaximum(text: string | null | undefined, made: number, ofWebhook: number, status: OldStatus): number {
  const given = readCount(text) || ofWebhook;
  return Math.max(given, status === 'open' ? made + 1 : made);
}

function describeFailure(message: string | null, statusCode: number | null, attempts: number): string | null {
  if (message) return message;
  if (attempts === 0) return null;
  return statusCode === null ? 'failed in the old system' : `the receiver answered ${statusCode}`;
}

function readCount(text: string | null | undefined): number {
  const count = Math.trunc(Number(text ?? 0));
  return Number.isFinite(count) ? Math.min(Math.max(0, count), MOST_ATTEMPTS) : 0;
}

function readCode(text: string | null | undefined): number | null {
  const code = Number(text ?? NaN);
  return Number.isInteger(code) && code >= 100 && code <= 999 ? code : null;
}

/** PostgreSQL holds no NUL characters in texts. */
function cleaned(text: string | null | undefined): string | null {
  return text === null || text === undefined || text === '' ? null : text.replaceAll('\0', '\ufffd');
}
