import type { ScheduledAttempt, TimelineEntry } from '../../core/contracts/delivery.ts';
import type { AttemptRow, AuditRow, DeliveryDetailRow } from '../../delivery/history/delivery.ts';
import { readOptions } from '../../core/options/index.ts';
import { scheduleOf } from '../../core/options/retry-policy.ts';
import { delayAfter } from '../../core/domain/schedule.ts';

type Facts = Pick<
  DeliveryDetailRow,
  'status' | 'error_message' | 'created_at' | 'delivered_at' | 'failed_at' | 'attempt_history' | 'audit'
>;

const END_DETAILS = { failed: 'no attempt is left', cancelled: 'the webhook was turned off or deleted' };

export function writeTimeline(facts: Facts): TimelineEntry[] {
  // The end of the delivery already shows the cancellation.
  const audit = facts.audit.filter(({ action }) => action !== 'delivery.cancelled').map(describeAudit);
  const entries: TimelineEntry[] = [
    { at: facts.created_at.toISOString(), type: 'accepted', detail: 'the event was accepted' },
    ...facts.attempt_history.map(describeAttempt),
    ...audit,
  ];
  if (facts.status === 'held' && !audit.some((entry) => entry.type === 'held')) {
    entries.push({
      at: facts.created_at.toISOString(),
      type: 'held',
      detail: 'the webhook was paused, or older deliveries were held',
    });
  }
  if (facts.delivered_at) {
    entries.push({ at: facts.delivered_at.toISOString(), type: 'delivered', detail: 'accepted by the receiver (2xx)' });
  }
  if (facts.failed_at && (facts.status === 'failed' || facts.status === 'cancelled')) {
    const detail = facts.error_message ?? END_DETAILS[facts.status];
    entries.push({ at: facts.failed_at.toISOString(), type: facts.status, detail });
  }
  return entries.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function describeAttempt(attempt: AttemptRow): TimelineEntry {
  const outcome = attempt.error_message ?? `${attempt.status_code}`;
  const detail = `attempt ${attempt.number} (${attempt.trigger}): ${outcome}, after ${attempt.duration_ms} ms`;
  return { at: new Date(attempt.started_at).toISOString(), type: 'attempt', detail };
}

function describeAudit({ at, actor, action, details }: AuditRow): TimelineEntry {
  const time = new Date(at).toISOString();
  if (action === 'delivery.recovered') {
    const detail = `recovery ${String(details['recovery_id'])}${actor === null ? '' : `, started by ${actor},`} retried it`;
    return { at: time, type: 'retry_requested', detail };
  }
  if (action === 'webhook.paused') return { at: time, type: 'held', detail: `${actor} paused the webhook` };
  if (action === 'webhook.auto_paused') {
    return { at: time, type: 'held', detail: `${actor} paused the webhook: ${String(details['reason'])}` };
  }
  if (action === 'webhook.resumed') return { at: time, type: 'resumed', detail: `${actor} resumed the webhook` };
  return { at: time, type: 'retry_requested', detail: `${actor} requested a retry` };
}

type Plan = Pick<
  DeliveryDetailRow,
  'status' | 'attempts' | 'max_attempts' | 'round_start' | 'next_attempt_at' | 'options'
>;

/** The times of the remaining attempts, if each fails at once. Empty if no attempt is scheduled. */
export function writeSchedule(plan: Plan, unitMs: number): ScheduledAttempt[] {
  if (plan.next_attempt_at === null || (plan.status !== 'pending' && plan.status !== 'retrying')) return [];
  const schedule = scheduleOf(readOptions(plan.options).retry_policy);
  const planned: ScheduledAttempt[] = [];
  let at = plan.next_attempt_at.getTime();
  for (let number = plan.attempts + 1; number <= plan.max_attempts; number++) {
    planned.push({ number, at: new Date(at).toISOString() });
    at += delayAfter(schedule, number - plan.round_start, unitMs);
  }
  return planned;
}
