import type { AuditEntry } from '../../../../core/contracts/dashboard/operation.ts';
import type { AuditAction } from '../../../../core/domain/audit.ts';
import { formatCount, formatCountedPlural } from '../number-format.ts';

type Details = Record<string, unknown>;

interface Described {
  /** The text before the subject: "paused the webhook". */
  did: string;
  /** The text after the subject: "because the receiver answered 410 Gone". Times are in ISO 8601. */
  more?: string | undefined;
}

const TEXTS: Record<AuditAction, (details: Details) => Described> = {
  'webhook.registered': ({ events }) => ({ did: 'registered the webhook', more: forTypes(events) }),
  'webhook.imported': ({ old_id: oldId }) => ({
    did: 'imported the webhook',
    more: asText(oldId) && `which was ${asText(oldId)} in the old system`,
  }),
  'webhook.updated': describeUpdate,
  'webhook.deleted': () => ({ did: 'deleted the webhook' }),
  'webhook.paused': () => ({ did: 'paused the webhook' }),
  'webhook.auto_paused': ({ reason }) => ({
    did: 'paused the webhook',
    more: asText(reason) && `because ${asText(reason)}`,
  }),
  'webhook.resumed': () => ({ did: 'resumed the webhook' }),
  'webhook.turned_off': ({ reason }) => ({
    did: 'turned off the webhook',
    more: asText(reason) && `because ${asText(reason)}`,
  }),
  'webhook.tested': ({ event }) => ({
    did: `sent a test${asText(event) ? ` of ${asText(event)}` : ''} to the webhook`,
  }),
  'webhook.secret_rotated': ({ expires_at: expiresAt }) => ({
    did: 'rotated the secret of the webhook',
    more: asText(expiresAt) && `with both secrets valid until ${asText(expiresAt)}`,
  }),
  'webhook.secret_rotation_ended': () => ({ did: 'ended the secret rotation of the webhook' }),
  'delivery.retried': ({ force }) => ({
    did: 'retried the delivery',
    more: force === true ? 'although it had been delivered' : undefined,
  }),
  'delivery.cancelled': () => ({ did: 'cancelled the delivery' }),
  'recovery.started': ({ matched, matched_exact: exact, rate }) => ({
    did: 'started the recovery',
    more: join([
      typeof matched === 'number' &&
        `of ${formatCountedPlural({ count: matched, exact: exact !== false }, 'delivery', 'deliveries')}`,
      typeof rate === 'number' && `at most ${formatCount(rate)} a second`,
    ]),
  }),
  'recovery.updated': ({ rate }) => ({
    did: 'changed the recovery',
    more: typeof rate === 'number' ? `to at most ${formatCount(rate)} a second` : undefined,
  }),
  'recovery.paused': () => ({ did: 'paused the recovery' }),
  'recovery.resumed': () => ({ did: 'resumed the recovery' }),
  'recovery.cancelled': () => ({ did: 'cancelled the recovery' }),
  'key.created': ({ scopes }) => ({ did: 'created the key', more: withScopes(scopes) }),
  'key.revoked': () => ({ did: 'revoked the key' }),
  'portal_link.created': ({ permissions }) => ({
    did: 'created the portal link',
    more: asText(permissions) && `to ${permissions === 'write' ? 'read and change' : 'read'}`,
  }),
  'portal_link.opened': () => ({ did: 'opened the portal link' }),
};

/** Display names of webhook fields. */
const FIELDS: Record<string, string> = { url: 'URL', events: 'event types', retry_policy: 'retry schedule' };

/** Describes an audit entry without its actor and subject. */
export function describeEntry({ action, details }: Pick<AuditEntry, 'action' | 'details'>): Described {
  const describe = Object.hasOwn(TEXTS, action) ? TEXTS[action as AuditAction] : undefined;
  return describe?.(details) ?? { did: action };
}

/** The page of an entry's subject; null if it has none. */
export function subjectPath({ action, subject_id: id }: Pick<AuditEntry, 'action' | 'subject_id'>): string | null {
  if (id === null) return null;
  const kind = action.split('.')[0];
  if (kind === 'webhook') return `/webhooks/${id}`;
  if (kind === 'delivery') return `/deliveries/${id}`;
  if (kind === 'recovery') return '/recoveries';
  return null;
}

function describeUpdate({ fields, active }: Details): Described {
  if (!Array.isArray(fields)) return { did: 'changed the webhook' };
  const others = (fields as string[]).filter((field) => field !== 'active').map((field) => FIELDS[field] ?? field);
  if (typeof active !== 'boolean') return { did: `changed ${list(others)} of the webhook` };
  const turned = active ? 'turned on the webhook' : 'turned off the webhook';
  return { did: turned, more: others.length > 0 ? `and changed its ${list(others)}` : undefined };
}

function forTypes(events: unknown): string | undefined {
  return Array.isArray(events) && events.length > 0 ? `for ${list(events as string[])}` : undefined;
}

function withScopes(scopes: unknown): string | undefined {
  return Array.isArray(scopes) && scopes.length > 0 ? `with ${list(scopes as string[])}` : undefined;
}

/** "a", "a and b", "a, b and c". */
function list(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? 'nothing';
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function join(parts: (string | false)[]): string | undefined {
  return parts.filter((part) => part !== false).join(', ') || undefined;
}
