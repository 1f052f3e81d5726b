import type { Connection } from 'mysql2/promise';

export const SECRET = 'short';
/** As PHP stored it, and as it sends it. */
export const PAYLOAD = String.raw`{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":"c","name":"Ad\u00e4 \/ 1","tags":[],"rate":1.0e-7}}`;

/** A webhook of URPA's. */
export async function addWebhook(
  connection: Connection,
  id: number,
  url: string,
  events = ['contact.created'],
  active = 1,
): Promise<void> {
  await connection.query(
    `insert into urpa_webhooks (id, url, secret, events, active, created_at, updated_at)
     values (?, ?, ?, ?, ?, '2026-01-01 10:00:00', '2026-01-02 10:00:00')`,
    [id, url, SECRET, JSON.stringify(events), active],
  );
}

export interface OldDelivery {
  id: number;
  webhook?: number;
  status: string;
  attempts?: number;
  payload?: string;
  /** Minutes from now. */
  next?: number;
  created?: number;
}

/** A delivery of a contact.created; by default to the webhook 1, half an hour ago. */
export async function addDelivery(
  connection: Connection,
  { id, webhook = 1, status, attempts = 0, payload = PAYLOAD, next, created = -30 }: OldDelivery,
) {
  await connection.query(
    `insert into urpa_webhook_events (id, webhook_id, event, payload, status, attempts, response_code, error_message, next_retry_at, created_at, updated_at)
     values (?, ?, 'contact.created', ?, ?, ?, ?, 'Server Error', utc_timestamp() + interval ? minute, utc_timestamp() + interval ? minute, utc_timestamp() + interval ? minute)`,
    [id, webhook, payload, status, attempts, attempts === 0 ? null : 500, next ?? null, created, created],
  );
}
