import type pg from 'pg';
import type { AttemptTrigger } from '../../domain/delivery.ts';
import type { DeliveryRow } from './history.ts';

export interface AttemptRow {
  number: number;
  trigger: AttemptTrigger;
  started_at: string;
  duration_ms: number;
  status_code: number | null;
  response_headers: Record<string, string> | null;
  response_body: string | null;
  error_message: string | null;
}

export interface AuditRow {
  at: string;
  actor: string;
  action: string;
  details: Record<string, unknown>;
}

export interface DeliveryDetailRow extends DeliveryRow {
  /** The exact bytes that receivers get. */
  body: string;
  attempt_history: AttemptRow[];
  /** What was done to the delivery, and the pauses of its webhook. */
  audit: AuditRow[];
  /** Attempts made before the current run of the schedule began. */
  round_start: number;
  initial_units: number;
  coefficient: number;
}

const FIND = {
  name: 'find-delivery',
  text: `
select d.id, d.webhook_id, d.event_id, d.event_type, d.status, d.attempts, d.max_attempts, d.status_code,
  d.error_message, d.workflow_id, d.next_attempt_at, d.delivered_at, d.failed_at, d.created_at, d.updated_at,
  e.body, w.initial_units, w.coefficient, coalesce(o.round_start, 0) as round_start,
  (select response_body from attempts where delivery_id = d.id and id = d.last_attempt_id) as response_body,
  coalesce((
    select json_agg(json_build_object('number', number, 'trigger', trigger, 'started_at', started_at,
      'duration_ms', duration_ms, 'status_code', status_code, 'response_headers', response_headers,
      'response_body', response_body, 'error_message', error_message) order by id)
    from attempts where delivery_id = d.id
  ), '[]') as attempt_history,
  coalesce((
    select json_agg(json_build_object('at', at, 'actor', actor, 'action', action, 'details', details) order by id)
    from audit_log where subject_id = d.id or (subject_id = d.webhook_id and at >= d.created_at
      and action in ('webhook.paused', 'webhook.resumed') and at <= coalesce(d.failed_at, d.delivered_at, now()))
  ), '[]') as audit
from deliveries d
cross join lateral (select body from events where id = d.event_id offset 0) e
cross join lateral (select initial_units, coefficient from webhooks where id = d.webhook_id offset 0) w
left join lateral (select round_start from outbox where delivery_id = d.id offset 0) o on true
where d.id = $1 and d.platform = $2 and d.org_id = $3`,
};

/** Null where the owner has no such delivery. */
export async function findDelivery(
  pool: pg.Pool,
  id: string,
  owner: { platform: string; orgId: string },
): Promise<DeliveryDetailRow | null> {
  const { rows } = await pool.query<DeliveryDetailRow>({ ...FIND, values: [id, owner.platform, owner.orgId] });
  return rows[0] ?? null;
}
