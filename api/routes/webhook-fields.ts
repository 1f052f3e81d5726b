import { invalidRequest, type FieldError } from '../../core/contracts/errors.ts';
import type { UpdateWebhook, Webhook as WebhookAnswer } from '../../core/contracts/webhook.ts';
import type { Webhook } from '../../core/db/entities/webhook.ts';
import { parseExact, writeExact, type ExactJson } from '../../core/domain/exact-json.ts';
import type { Sealed } from '../../core/domain/sealed.ts';
import { checkCertificate } from './check-certificate.ts';
import { refuseOwnName } from '../../core/options/headers.ts';
import {
  changeOptions,
  readOptions,
  showOptions,
  type OptionChanges,
  type StoredOptions,
} from '../../core/options/index.ts';
import { OptionError } from '../../core/options/webhook-option.ts';
import type { SecretBox } from '../../core/secrets.ts';
import { refuseUrl } from '../../delivery/guard/guard.ts';
import type { ApiDeps } from '../deps.ts';

/** A webhook as the API returns it, without its secrets. */
export function writeWebhook(webhook: Webhook, secretBox: SecretBox): WebhookAnswer {
  return {
    id: webhook.id,
    ...(webhook.orgId !== '' && { org_id: webhook.orgId }),
    url: webhook.url,
    events: webhook.events,
    description: webhook.description ?? null,
    active: webhook.active,
    inactive_reason: webhook.inactiveReason ?? null,
    paused: Boolean(webhook.pausedAt),
    paused_at: webhook.pausedAt?.toISOString() ?? null,
    paused_reason: webhook.pausedReason ?? null,
    ...showOptions(readOptions(webhook.options), secretBox),
    filter: webhook.filter ? (parseExact(webhook.filter) as Record<string, unknown>) : null,
    secret_rotation: webhook.secretRotationEndsAt ? { expires_at: webhook.secretRotationEndsAt.toISOString() } : null,
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
  };
}

/** Applies all changes except turning on and off, which also affects deliveries. */
export function applyUpdate(webhook: Webhook, input: UpdateWebhook, secretBox: SecretBox): void {
  if (input.url !== undefined) webhook.url = input.url;
  if (input.events !== undefined) webhook.events = input.events;
  if (input.secret !== undefined) webhook.secret = secretBox.seal(input.secret);
  if (input.description !== undefined) webhook.description = input.description;
  webhook.options = changeGivenOptions(webhook.options, input, secretBox);
  if (input.filter !== undefined) webhook.filter = writeFilter(input.filter);
  webhook.updatedAt = new Date();
}

/** What the schema cannot tell. @throws AppError */
export function checkInput({ allowlist, registry }: ApiDeps, { url, headers = {} }: UpdateWebhook): void {
  const prefixes = Object.values(registry).map(({ headerPrefix }) => headerPrefix);
  const errors: FieldError[] = Object.keys(headers).flatMap((name) => {
    const message = refuseOwnName(name, prefixes);
    return message === null ? [] : [{ path: `headers.${name}`, message }];
  });
  const refused = url === undefined ? null : refuseUrl(url, allowlist);
  if (refused !== null) errors.unshift({ path: 'url', message: refused });
  if (errors.length > 0) throw invalidRequest(errors);
}

/** As `webhooks.filter` has it, with every digit. What events are matched with is stored separately (`storeFilterPath`). */
export function writeFilter(filter: OptionChanges['filter']): string | null {
  return filter ? writeExact(filter as ExactJson) : null;
}

/** Without the filter, which has columns of its own. @throws AppError for a change that does not fit what is stored */
export function changeGivenOptions(
  stored: StoredOptions,
  { filter: _, ...changes }: OptionChanges,
  secretBox: SecretBox,
): StoredOptions {
  try {
    const changed = changeOptions(stored, changes, secretBox);
    if (changes.client_certificate) checkChanged(changed.client_certificate, secretBox);
    return changed;
  } catch (error) {
    if (error instanceof OptionError) throw invalidRequest([{ path: error.path, message: error.message }]);
    throw error;
  }
}

function checkChanged(stored: StoredOptions['client_certificate'], secretBox: SecretBox): void {
  const error = stored && checkCertificate(stored.certificate, openKey(stored.private_key, secretBox));
  if (error) throw invalidRequest([error]);
}

/** Only a key that is kept may be unreadable. */
function openKey(key: Sealed, secretBox: SecretBox): string {
  try {
    return secretBox.openText(key);
  } catch {
    const message = 'the stored private key cannot be decrypted; send it again';
    throw new OptionError('client_certificate.private_key', message);
  }
}
