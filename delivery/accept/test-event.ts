import type { Webhook } from '../../core/db/entities/webhook.ts';
import { readOptions } from '../../core/options/index.ts';
import { notifyDue, type Execute } from '../../core/db/execute.ts';

export interface TestEvent {
  eventId: string;
  deliveryId: string;
  eventType: string;
  /** The exact bytes that the receiver gets. */
  body: string;
}

/** Stores an event for one webhook alone. To be run in a transaction that keeps the webhook from being changed. */
export async function storeTestEvent(execute: Execute, webhook: Webhook, event: TestEvent): Promise<void> {
  const { id, platform, orgId } = webhook;
  const { maximum_attempts: maxAttempts } = readOptions(webhook.options).retry_policy;
  const { eventId, deliveryId, eventType, body } = event;
  await execute(EVENT, [eventId, platform, orgId, eventType, body]);
  await execute(DELIVERY, [deliveryId, eventId, id, platform, orgId, eventType, maxAttempts]);
  await execute(QUEUE, [deliveryId, eventId, id, maxAttempts]);
  await notifyDue(execute);
}

const EVENT = 'insert into events (id, platform, org_id, event_type, body) values (?, ?, ?, ?, ?)';
const DELIVERY = `
  insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, next_attempt_at)
  values (?, ?, ?, ?, ?, ?, 'pending', ?, now())`;
const QUEUE = 'insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at) values (?, ?, ?, ?, now())';
