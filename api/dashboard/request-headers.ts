import { REDACTED } from '../../core/domain/credentials.ts';
import { readOptions } from '../../core/options/index.ts';
import { deliveryHeaders, Signer } from '../../delivery/attempt/sign.ts';
import type { DeliveryDetailRow } from '../../delivery/history/delivery.ts';
import type { ApiDeps } from '../deps.ts';

const HIDDEN = '…';
const SIGNATURE = /signature(-next)?$/i;

/**
 * The headers of a delivery's request at a time, signed with the secrets of today; null if they cannot be decrypted or are gone.
 * The values of the webhook's own headers are redacted.
 */
export function signHeaders(row: DeliveryDetailRow, deps: ApiDeps, now: Date): Record<string, string> | null {
  const secret = openSecret(row.secret, deps);
  if (secret === null) return null;
  const previous = row.previous_secret && openSecret(row.previous_secret, deps);
  const signer = new Signer(secret);
  return writeHeaders(row, deps, now, previous ? { signer: new Signer(previous), next: signer } : { signer });
}

/** The same without signatures. */
export function hideSignatures(row: DeliveryDetailRow, deps: ApiDeps, now: Date): Record<string, string> {
  const headers = writeHeaders(row, deps, now, { signer: new Signer('') });
  return mapValues(headers, (value, name) => (SIGNATURE.test(name) ? HIDDEN : value));
}

function writeHeaders(
  row: DeliveryDetailRow,
  deps: ApiDeps,
  now: Date,
  signers: { signer: Signer; next?: Signer },
): Record<string, string> {
  const headers = deliveryHeaders({
    headerPrefix: deps.registry[row.platform]!.headerPrefix,
    eventType: row.event_type,
    deliveryId: row.id,
    ...signers,
    body: row.body,
    now,
  });
  return { ...headers, ...mapValues(readOptions(row.options).headers, () => REDACTED) };
}

function mapValues<Value>(record: Record<string, Value>, map: (value: Value, name: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** Null if the webhook has no secret any more, or if another master key sealed it. */
function openSecret(sealed: Buffer, { secretBox, log }: ApiDeps): string | null {
  if (sealed.length === 0) return null;
  try {
    return secretBox.open(sealed);
  } catch (error) {
    log.error({ err: error }, 'signature could not be computed for display');
    return null;
  }
}
