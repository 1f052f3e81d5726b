import type { Attempt, Delivery, DeliveryDetail } from '../../core/contracts/delivery.ts';
import type { DeliveryDetailRow } from '../../delivery/history/delivery.ts';
import type { DeliveryRow } from '../../delivery/history/history.ts';
import { writeSchedule, writeTimeline } from './timeline.ts';

/** A delivery as the API lists it. */
export function writeDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhook_id: row.webhook_id,
    event_id: row.event_id,
    event: row.event_type,
    status: row.status,
    attempts: row.attempts,
    max_attempts: row.max_attempts,
    status_code: row.status_code,
    response_body: row.response_body,
    error_message: row.error_message,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    delivered_at: row.delivered_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** JSON of one delivery. Includes the stored payload as it is, so that no number is rounded. */
export function writeDetail(row: DeliveryDetailRow, retryUnitMs: number): string {
  const attempts = row.attempt_history.map((attempt): Attempt => ({
    ...attempt,
    started_at: new Date(attempt.started_at).toISOString(),
  }));
  const detail: Omit<DeliveryDetail, 'payload'> = {
    ...writeDelivery(row),
    workflow_id: row.workflow_id,
    waits_for: row.waits_for,
    attempt_history: attempts,
    timeline: writeTimeline(row),
    schedule: writeSchedule(row, retryUnitMs),
  };
  return `${JSON.stringify(detail).slice(0, -1)},"payload":${row.body}}`;
}
