import { isOrgId } from '../../core/contracts/common.ts';
import { ReceiverUrl } from '../../core/contracts/receiver-url.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { refuseUrl, type Allowlist } from '../../delivery/guard/guard.ts';
import type { OldRow } from '../sources/source.ts';
import { webhookIdOf } from './ids.ts';
import { decryptLaravel, isLaravelEncrypted } from './laravel-secret.ts';
import type { OldClock } from './times.ts';

/** A webhook of the old system as Posthorn stores it. */
export interface OldWebhook {
  oldId: string;
  id: string;
  orgId: string;
  url: string;
  /** Null: it had none, and Posthorn makes one. */
  secret: string | null;
  events: string[];
  description: string | null;
  /** From credentials in the URL. */
  headers: Record<string, string>;
  active: boolean;
  inactiveReason: string | null;
  pausedReason: string | null;
  deletedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface WebhookRules {
  platform: Platform;
  allowlist: Allowlist;
  clock: OldClock;
  /** Laravel's key, for encrypted secrets. */
  appKey: string | undefined;
}

export interface ConvertedWebhook {
  webhook: OldWebhook;
  /** What comes over differently, and why. */
  notes: string[];
}

const LONGEST_DESCRIPTION = 1_000;
const SHORTEST_SECRET = 16;
const TURNED_OFF = 'it was turned off in the old system';

/** @returns why it cannot come over, if it cannot */
export function convertWebhook(row: OldRow, rules: WebhookRules): ConvertedWebhook | string {
  const { platform, clock } = rules;
  const oldId = row['id'] ?? '';
  const orgId = platform.scope === 'organization' ? (row['org_id'] ?? '') : '';
  if (oldId === '') return 'it has no id';
  if (platform.scope === 'organization' && !isOrgId(orgId)) return 'it has no organization';
  const secret = readSecret(row['secret'], rules.appKey);
  if (typeof secret === 'string') return secret;
  const target = readUrl(row['url'] ?? '', rules.allowlist);
  const subscribed = readEvents(row['events'] ?? '[]', platform);
  const createdAt = clock.read(row['created_at']) ?? clock.read(row['updated_at']) ?? new Date(0);
  const deletedAt = clock.read(row['deleted_at']);
  const noEvents = subscribed.events.length === 0 ? 'none of its event types exists here' : null;
  const isOn = readFlag(row['active'] ?? '1') && deletedAt === null;
  const oldPause = clock.read(row['paused_at']) ? 'it was paused in the old system' : null;
  const description = row['description']?.replaceAll('\0', '') ?? null;
  return {
    webhook: {
      oldId,
      id: webhookIdOf(platform.id, oldId, createdAt),
      orgId,
      url: target.url,
      secret: secret.text,
      events: subscribed.events,
      description: description && description.slice(0, LONGEST_DESCRIPTION),
      headers: target.headers,
      active: isOn && noEvents === null,
      inactiveReason: isOn ? noEvents : TURNED_OFF,
      pausedReason: target.refused === null ? oldPause : `its URL is refused: ${target.refused}`,
      deletedAt,
      createdAt,
      updatedAt: clock.read(row['updated_at']) ?? createdAt,
    },
    notes: [
      ...secret.notes,
      ...target.notes,
      ...(target.refused === null ? [] : [`paused, because its URL is refused: ${target.refused}`]),
      ...subscribed.notes,
      ...(noEvents === null ? [] : [`turned off, because ${noEvents}`]),
    ],
  };
}

/** Receivers must not notice the move, so a secret that registration would refuse comes over as it is. */
function readSecret(
  text: string | null | undefined,
  appKey: string | undefined,
): { text: string | null; notes: string[] } | string {
  if (text === null || text === undefined) {
    return { text: null, notes: ['it had no secret: a new one signs its deliveries'] };
  }
  let secret = text;
  if (isLaravelEncrypted(text)) {
    if (appKey === undefined) return "its secret is encrypted by Laravel: set APP_KEY to the old system's key";
    try {
      secret = decryptLaravel(text, appKey);
    } catch {
      return 'its secret cannot be decrypted: APP_KEY is not the key of the old system';
    }
  }
  const short = secret.length < SHORTEST_SECRET;
  return { text: secret, notes: short ? [`its secret is shorter than ${SHORTEST_SECRET} characters: rotate it`] : [] };
}

/** Credentials in the URL become the header that they stand for. */
function readUrl(text: string, allowlist: Allowlist) {
  let url = text.trim();
  const headers: Record<string, string> = {};
  const notes: string[] = [];
  const parsed = URL.parse(url);
  if (parsed && (parsed.username !== '' || parsed.password !== '')) {
    const credentials = `${decode(parsed.username)}:${decode(parsed.password)}`;
    headers['Authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
    url = url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
    notes.push('the credentials in its URL became an Authorization header');
  }
  const form = ReceiverUrl.safeParse(url);
  const refused = form.success ? refuseUrl(url, allowlist) : `it ${form.error.issues[0]!.message}`;
  return { url, headers, notes, refused };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** JSON, or an array as PostgreSQL writes it. */
function readEvents(text: string, platform: Platform): { events: string[]; notes: string[] } {
  const known = platform.eventTypes.map(({ type }) => type);
  const wanted = parseList(text);
  if (wanted.includes('*')) return { events: known, notes: ['"*" became all event types that there are now'] };
  const unknown = wanted.filter((type) => !known.includes(type));
  const events = [...new Set(wanted.filter((type) => known.includes(type)))];
  return { events, notes: unknown.map((type) => `the event type ${JSON.stringify(type)} does not exist here`) };
}

function parseList(text: string): string[] {
  if (/^\{[^":]*\}$/.test(text)) return text.slice(1, -1).split(',').filter(Boolean);
  try {
    let value: unknown = JSON.parse(text);
    if (typeof value === 'string') value = JSON.parse(value);
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  } catch {
    return text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
  }
}

function readFlag(text: string): boolean {
  return !['0', 'f', 'false', 'off', 'no', ''].includes(text.trim().toLowerCase());
}
