import type { Execute } from '../../core/db/execute.ts';
import type { OperationalEventType } from '../../core/platforms/posthorn.ts';
import { describeEvent, nameDelivery, toSeconds, type NamedDelivery } from './operational-event.ts';
import { markingUnrecovered, NOTIFY_TOLD, telling, toldColumns } from './tell-statements.ts';

/** A webhook with its owner. */
export interface ToldWebhook {
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  webhookId: string;
}

/*
 * Each stores an operational event and its deliveries in the caller's transaction, if anybody has subscribed to it. About operational
 * webhooks themselves they store nothing.
 */

/** `since`: the first of the failures, ISO 8601. */
export async function tellAutoPaused(
  execute: Execute,
  webhook: ToldWebhook,
  { failures, since }: { failures: number; since: string },
): Promise<void> {
  await tell(execute, TELL_FAILING, 'webhook.auto_paused', webhook, { failures, failing_since: since });
}

/** `delivery`: the one that got the 410. */
export async function tellTurnedOff(execute: Execute, webhook: ToldWebhook, delivery: NamedDelivery): Promise<void> {
  await tell(execute, TELL_FAILING, 'webhook.turned_off', webhook, { delivery: nameDelivery(delivery) });
}

/** `expiresAt`: until when the old secret signs as well; null: it no longer does. */
export async function tellSecretRotated(execute: Execute, webhook: ToldWebhook, expiresAt: Date | null): Promise<void> {
  const details = { old_secret_expires_at: expiresAt && toSeconds(expiresAt) };
  await tell(execute, TELL, 'secret.rotated', webhook, details);
}

async function tell(
  execute: Execute,
  statement: string,
  type: OperationalEventType,
  { platform, orgId, webhookId }: ToldWebhook,
  details: Record<string, unknown>,
): Promise<void> {
  const [row] = await execute(FIND, [webhookId]);
  const { url, at } = row as { url: string; at: string };
  const event = describeEvent(type, { platform, orgId, webhookId, url }, details, new Date(at));
  if (event) await execute(statement, [webhookId, type, ...toldColumns(event)]);
}

const FIND = 'select url, now()::text as at from webhooks where id = ?';
const TOLD = `
told as materialized (
  select ?::uuid as webhook_id, ?::text as event_type, ?::text as told_org, ?::text as told_body, ?::text as told_found_by
)`;
const TELL = `with ${TOLD}, ${telling('told')} select ${NOTIFY_TOLD}`;
const TELL_FAILING = `with ${TOLD}, ${telling('told')}, ${markingUnrecovered('told')} select ${NOTIFY_TOLD}`;
