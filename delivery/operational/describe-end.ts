import type { AttemptResult } from '../../core/domain/delivery.ts';
import type { Verdict } from '../../core/domain/verdict.ts';
import {
  describeEvent,
  nameDelivery,
  toSeconds,
  withoutPaths,
  type NamedDelivery,
  type OperationalEvent,
} from './operational-event.ts';

interface ClaimedDelivery extends NamedDelivery {
  platform: string;
  org_id: string;
  webhook_id: string;
  url: string;
  unrecovered_since: number | null;
}

type LastAttempt = Pick<AttemptResult, 'statusCode' | 'errorMessage'> & Pick<Verdict, 'outcome'> & { number: number };

/** What to tell of an attempt, if its result counts: a failure for good, or a success that may be a recovery. Null for others. `now` in milliseconds. */
export function describeEnd(claimed: ClaimedDelivery, attempt: LastAttempt, now: number): OperationalEvent | null {
  const { platform, org_id: orgId, webhook_id: webhookId, url, unrecovered_since: since } = claimed;
  const subject = { platform, orgId, webhookId, url };
  if (attempt.outcome === 'give-up') {
    const { number: attempts, statusCode: status_code, errorMessage } = attempt;
    const delivery = {
      ...nameDelivery(claimed),
      attempts,
      status_code,
      error_message: withoutPaths(errorMessage ?? ''),
    };
    return describeEvent('delivery.failed', subject, { delivery }, new Date(now));
  }
  if (attempt.outcome === 'retry' || since === null) return null;
  const details = { delivery: nameDelivery(claimed), unrecovered_since: toSeconds(new Date(since * 1000)) };
  return describeEvent('webhook.recovered', subject, details, new Date(now));
}
