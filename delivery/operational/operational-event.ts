import { posthorn, type OperationalEventType } from '../../core/platforms/posthorn.ts';
import { foldValue } from '../../core/db/search-key.ts';
import { valueAt } from '../../core/platforms/platform.ts';
import { encodePhpJson } from '../body/encode.ts';

/** The webhook that an operational event is about. */
export interface Subject {
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  webhookId: string;
  url: string;
}

export interface OperationalEvent {
  /** The exact bytes that every receiver gets. */
  body: string;
  /** The organization that hears of it, besides those who hear of everything; null: none. */
  orgId: string | null;
  /** By which the event is found. */
  values: readonly string[];
}

/** The delivery as operational events name it. */
export interface NamedDelivery {
  delivery_id: string;
  event_id: string;
  event_type: string;
}

const URLS = /\bhttps?:\/\/[^\s"'<>]+/gi;

/** An event about `subject`; null if that is an operational webhook itself. `details` are the members of `data` that the type has beside the subject. */
export function describeEvent(
  type: OperationalEventType,
  { platform, orgId, webhookId, url }: Subject,
  details: Record<string, unknown>,
  at: Date,
): OperationalEvent | null {
  if (platform === posthorn.id) return null;
  const webhook = { id: webhookId, origin: URL.canParse(url) ? new URL(url).origin : 'not a URL' };
  const data = { platform, organization: orgId || null, webhook, ...details };
  const body = encodePhpJson(JSON.stringify({ event: type, timestamp: toSeconds(at), data }));
  const values = pathsOf(type).map((path) => foldValue(valueAt(data, path) as string));
  return { body, orgId: platform === posthorn.organizations.of ? orgId : null, values };
}

function pathsOf(type: OperationalEventType): readonly string[] {
  return posthorn.eventTypes.find((each) => each.type === type)!.searchPaths ?? [];
}

/** A delivery without its payload. */
export function nameDelivery({ delivery_id: id, event_id, event_type: event }: NamedDelivery) {
  return { id, event_id, event };
}

/** An error message in which URLs have no path, which may contain credentials. */
export function withoutPaths(errorMessage: string): string {
  return errorMessage
    .toWellFormed()
    .replaceAll(URLS, (url) => (URL.canParse(url) ? new URL(url).origin : url.slice(0, url.indexOf(':'))));
}

/** ISO 8601 without a fraction, as in the timestamps of events. */
export function toSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
