import type { AttemptTrigger } from '../../core/domain/delivery.ts';
import { planFrom, type Plan } from '../../core/domain/plan.ts';
import type { SealedOptions } from '../../core/options/index.ts';
import { scheduleOf } from '../../core/options/retry-policy.ts';
import type { TraceContext } from '../../core/tracing/tracing.ts';
import type { LaneOwner } from '../concurrency/lane.ts';

/** A claimed delivery with everything its attempt needs: one row of the claim statements. */
export interface Claimed extends LaneOwner {
  delivery_id: string;
  event_id: string;
  /** When it became due, in seconds since 1970. */
  due: number;
  attempts: number;
  max_attempts: number;
  round_start: number;
  trigger: AttemptTrigger;
  /** The workflow that owns it; null before the first one. */
  workflow_id: string | null;
  event_type: string;
  body: string;
  /** Size of the body. */
  bytes: number;
  url: string;
  /** Encrypted, as base64. */
  secret: string;
  /** The secret that it replaces; null unless it was rotated. */
  previous_secret: string | null;
  /** From then on `secret` alone signs, in seconds since 1970. */
  previous_secret_expires_at: number | null;
  active: boolean;
  paused: boolean;
  options: SealedOptions;
  /** Since when the webhook has failures without a success, in seconds since 1970; null: it has none that anybody was told of. */
  unrecovered_since: number | null;
  /** Its last span: first the one that accepted its event, then its claim, then its attempt. Null: it is not traced. */
  trace: TraceContext | null;
}

/** The rest of a claimed delivery's schedule after `attemptsMade` attempts. */
export function planOf(
  claimed: Pick<Claimed, 'round_start' | 'max_attempts'> & { options: Pick<SealedOptions, 'retry_policy'> },
  attemptsMade: number,
  unitMs: number,
): Plan {
  const position = { attemptsMade, roundStart: claimed.round_start, maxAttempts: claimed.max_attempts };
  return planFrom(position, scheduleOf(claimed.options.retry_policy), unitMs);
}
