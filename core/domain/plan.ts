import { delayAfter, type RetrySchedule } from './schedule.ts';

/** The rest of a retry schedule, as the retry policy of a workflow's activity. */
export interface Plan {
  /** The number of the attempt of the activity's first run. */
  attempt: number;
  /** Remaining attempts, including that one. */
  attemptsLeft: number;
  /** Interval from the failure of that attempt to the next one. */
  initialIntervalMs: number;
  coefficient: number;
}

/** The result after which a workflow is started, if all of its deliveries will be retried. */
export interface RetryOutcome {
  /** Such as "attempt 1 of 6 failed with 503". */
  message: string;
  /** When the next attempt is due, ISO 8601. */
  nextAttemptAt: string;
  /** The rest of the schedule after that attempt. */
  plan: Plan;
}

/** The number of a workflow's deliveries by final state; `moved`: another workflow owns them. */
export type DeliverSummary = Partial<Record<'delivered' | 'failed' | 'cancelled' | 'held' | 'moved', number>>;

/** `ApplicationFailure` types of the activity that attempts deliveries. */
export const FAILURES = {
  /** Retried by the activity's policy. Details: the rest of the `Plan`. */
  retry: 'AttemptFailed',
  /** Attempts used up or refused for good. */
  final: 'DeliveryFailed',
} as const;

export interface PlanPosition {
  attemptsMade: number;
  roundStart: number;
  maxAttempts: number;
}

/** The rest of the schedule after `attemptsMade` attempts. */
export function planFrom(position: PlanPosition, schedule: RetrySchedule, unitMs: number): Plan {
  const attempt = position.attemptsMade + 1;
  return {
    attempt,
    attemptsLeft: Math.max(1, position.maxAttempts - position.attemptsMade),
    initialIntervalMs: Math.max(1, delayAfter(schedule, attempt - position.roundStart, unitMs)),
    coefficient: schedule.coefficient,
  };
}
