import { hash } from 'node:crypto';
import { timeInId } from '../../core/db/partitions.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const VERSION_7 = /^.{14}7.{4}[89ab]/i;
/** The statistics take a delivery's id and the time of its creation to differ by less. */
const TOLERANCE_MS = 60_000;

/** A webhook keeps any UUID. Another id becomes the UUIDv7 of the webhook's creation and a hash of the id. */
export function webhookIdOf(platform: string, oldId: string, createdAt: Date): string {
  return UUID.test(oldId) ? oldId.toLowerCase() : idFrom(createdAt, `${platform} webhook ${oldId}`);
}

/** Deliveries are stored by the time in their id, so a delivery keeps a UUIDv7 of the time of its creation; otherwise as a webhook. */
export function deliveryIdOf(platform: string, oldId: string, createdAt: Date): string {
  return isOfTime(oldId, createdAt) ? oldId.toLowerCase() : idFrom(createdAt, `${platform} delivery ${oldId}`);
}

/** Always the same UUIDv7 for a time and a name. */
export function idFrom(time: Date, name: string): string {
  const at = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  const digest = hash('sha256', name, 'hex');
  const variant = '89ab'[Number.parseInt(digest[3]!, 16) & 3]!;
  return `${at.slice(0, 8)}-${at.slice(8)}-7${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}

/**
 * The value by which a search (`q`) finds a delivery that did not keep its id; null: it kept it. A plain number is often the id of something else,
 * so it gets a prefix.
 */
export function searchedOldId(oldId: string, id: string): string | null {
  if (oldId.toLowerCase() === id) return null;
  return /^\d+$/.test(oldId) ? `old:${oldId}` : oldId;
}

function isOfTime(id: string, time: Date): boolean {
  return UUID.test(id) && VERSION_7.test(id) && Math.abs(timeInId(id).getTime() - time.getTime()) <= TOLERANCE_MS;
}
