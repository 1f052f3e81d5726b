import type pg from 'pg';
import type { AttemptTrigger } from '../../core/domain/delivery.ts';
import type { StoredOptions } from '../../core/options/index.ts';
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
  /** Null where that is not kept any more. */
  actor: string | null;
  action: string;
  details: Record<string, unknown>;
}

export interface DeliveryDetailRow extends DeliveryRow {
  /** The exact bytes that receivers get. */
  body: string;
  attempt_history: AttemptRow[];
  /** What was done to the delivery, the pauses of its webhook, and the recoveries that made it due. */
  audit: AuditRow[];
  /** Attempts made before the current run of the schedule began. */
  round_start: number;
  /** The first in line with its ordering key, which has to end before it; null: it waits for none. */
  waits_for: string | null;
  /** Deliveries behind it in the line, at most 1,000. */
  waited_for_by: number;
  /** The webhook's. */
  options: StoredOptions;
  webhook: { url: string; active: boolean; paused_at: string | null; deleted_at: string | null };
  /** The webhook's, sealed; empty for one that was deleted. */
  secret: Buffer;
  /** While its secret is being rotated, the old one, sealed. */
  previous_secret: Buffer | null;
}

const FIND = {
  name: 'find-delivery',
  text: `
select d.id, d.platform, d.org_id, d.webhook_id, d.event_id, d.event_type, d.status, d.attempts, d.max_attempts, d.status_code,
  d.error_message, d.workflow_id, d.next_attempt_at, d.delivered_at, d.failed_at, d.created_at, d.updated_at,
  e.body, w.options, w.secret, case when w.previous_secret_expires_at > now() then w.previous_secret end as previous_secret,
  json_build_object('url', w.url, 'active', w.active,
    'paused_at', w.paused_at, 'deleted_at', w.deleted_at) as webhook, coalesce(o.round_start, 0) as round_start,
  case when o.in_line then (
    select delivery_id from outbox where webhook_id = d.webhook_id and order_key = o.order_key order by order_place limit 1
  ) end as waits_for,
  (select count(*)::int from (
    select from outbox where webhook_id = d.webhook_id and order_key = o.order_key and order_place > o.order_place limit 1000
  ) behind) as waited_for_by,
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
      and action in ('webhook.paused', 'webhook.auto_paused', 'webhook.resumed') and at <= coalesce(d.failed_at, d.delivered_at, now()))
  ), '[]')::jsonb || coalesce((
    select jsonb_agg(jsonb_build_object('at', taken ->> 'at', 'actor', r.created_by, 'action', 'delivery.recovered',
      'details', jsonb_build_object('recovery_id', taken ->> 'id')))
    from jsonb_array_elements(d.recoveries) as taken left join recoveries r on r.id = (taken ->> 'id')::uuid
  ), '[]') as audit
from deliveries d
cross join lateral (select body from events where id = d.event_id offset 0) e
cross join lateral (select * from webhooks where id = d.webhook_id offset 0) w
left join lateral (
  select round_start, order_key, order_place, due_at = 'infinity' as in_line from outbox where delivery_id = d.id offset 0
) o on true
where d.id = $1 and d.platform = coalesce($2, d.platform) and d.org_id = coalesce($3, d.org_id)`,
};

/** Null where the owner has no such delivery; a part of the owner that is null stands for any. */
export async function findDelivery(
  pool: pg.Pool,
  id: string,
  owner: { platform: string | null; orgId: string | null },
): Promise<DeliveryDetailRow | null> {
  const { rows } = await pool.query<DeliveryDetailRow>({ ...FIND, values: [id, owner.platform, owner.orgId] });
  return rows[0] ?? null;
}
