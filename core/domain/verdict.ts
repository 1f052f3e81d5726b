import { delayAfter, longestDelay, type RetrySchedule } from './schedule.ts';

export interface AttemptFacts {
  statusCode: number | null;
  /** Null on success (any 2xx). */
  errorMessage: string | null;
  /** The `Retry-After`, in milliseconds; null without one. */
  retryAfterMs: number | null;
}

export interface Position {
  /** The attempt's number in the whole history of the delivery, from 1. */
  number: number;
  /** Attempts made before the current run of the schedule; 0 until a manual retry starts it again. */
  roundStart: number;
  maxAttempts: number;
}

export interface Verdict {
  outcome: 'delivered' | 'retry' | 'give-up';
  /** Milliseconds from now to the next attempt; 0 unless the outcome is `retry`. */
  delayMs: number;
  /** The receiver's `Retry-After` exceeds the schedule. */
  postponed: boolean;
  /** 410: the webhook must be turned off. */
  gone: boolean;
}

const HONOURS_RETRY_AFTER = [429, 503];

/** Decides what the result of an attempt means for its delivery (contract.md, What a receiver gets, and Retries). */
export function judgeAttempt(
  facts: AttemptFacts,
  position: Position,
  schedule: RetrySchedule,
  unitMs: number,
): Verdict {
  const verdict: Verdict = { outcome: 'give-up', delayMs: 0, postponed: false, gone: facts.statusCode === 410 };
  if (facts.errorMessage === null) return { ...verdict, outcome: 'delivered', gone: false };
  if (verdict.gone || position.number >= position.maxAttempts) return verdict;
  const scheduled = delayAfter(schedule, position.number - position.roundStart, unitMs);
  const asked = HONOURS_RETRY_AFTER.includes(facts.statusCode ?? 0) ? (facts.retryAfterMs ?? 0) : 0;
  const delayMs = Math.max(scheduled, Math.min(asked, longestDelay(schedule, unitMs)));
  return { ...verdict, outcome: 'retry', delayMs, postponed: delayMs > scheduled };
}

/** "attempt 3 of 6 failed with 503": one delivery's state as Temporal's Web UI shows it. */
export function describeFailure(
  number: number,
  maxAttempts: number,
  facts: Omit<AttemptFacts, 'retryAfterMs'>,
): string {
  const reason = facts.statusCode === null ? `: ${facts.errorMessage ?? 'no answer'}` : ` with ${facts.statusCode}`;
  return `attempt ${number} of ${maxAttempts} failed${reason}`;
}
