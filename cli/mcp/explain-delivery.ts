import type { DeliveryDetail } from '../api/model.ts';

const LONGEST_BODY = 4_000;

/** What happened to a delivery, for a model: without the request's headers, which contain signatures. */
export function explainDelivery(delivery: DeliveryDetail): object {
  const { id, platform, org_id, event, event_id, status, webhook, waits_for, waited_for_by } = delivery;
  return {
    summary: summarize(delivery),
    id,
    platform,
    org_id,
    event,
    event_id,
    status,
    attempts_made: delivery.attempts,
    max_attempts: delivery.max_attempts,
    webhook,
    next_attempts: delivery.schedule,
    waits_for,
    waited_for_by,
    timeline: delivery.timeline,
    attempts: delivery.attempt_history.map((attempt) => ({
      ...attempt,
      response_body: shorten(attempt.response_body),
    })),
    body: shorten(delivery.body),
  };
}

/** One or two sentences: the state, its cause, and what would change it. */
export function summarize(delivery: DeliveryDetail): string {
  const { status, attempts, max_attempts: most, error_message: error, schedule, webhook, waits_for: first } = delivery;
  const cause = error === null ? '' : `: ${error}`;
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  switch (status) {
    case 'delivered':
      return `Delivered with ${tries}; the receiver answered ${delivery.status_code}.`;
    case 'failed':
      return webhook.active
        ? `Failed for good after ${tries} of ${most}${cause}. A retry starts the schedule again.`
        : `Failed${cause}. The webhook is off, so it has to be turned on before a retry.`;
    case 'cancelled':
      return `Cancelled after ${tries}${cause}. It is not sent unless it is retried.`;
    case 'held':
      return webhook.paused_at === null
        ? 'Held behind older deliveries of a webhook that was resumed; it is sent after those.'
        : `Held, because the webhook has been paused since ${webhook.paused_at}. It is sent when the webhook is resumed.`;
    default: {
      if (first !== null) return `Waits in line for the delivery ${first}, which has the same ordering key.`;
      const next = schedule[0];
      const then = next ? ` Attempt ${next.number} of ${most} is due at ${next.at}.` : '';
      return status === 'pending'
        ? `Accepted, and not tried yet${cause}.${then}`
        : `The last attempt failed${cause}.${then}`;
    }
  }
}

function shorten(text: string | null): string | null {
  if (text === null || text.length <= LONGEST_BODY) return text;
  return `${text.slice(0, LONGEST_BODY)}… (${text.length - LONGEST_BODY} more characters)`;
}
