import { delayAfter, type RetrySchedule } from './schedule.ts';

/** The part of a retry schedule that is still to come, as the retry policy of a workflow's activity. */
export interface Plan {
  /** The number of the attempt that the activity's first run makes or joins. */
  attempt: number;
  /** Attempts left, that one included. */
  attemptsLeft: number;
  /** From the failure of that attempt to the next. */
  initialIntervalMs: number;
  coefficient: number;
}

/** What came of the attempt after which a workflow is started, where all of its deliveries wait for another one. */
export interface RetryOutcome {
  /** Such as "attempt 1 of 6 failed with 503". */
  message: string;
  /** When the next attempt is due, ISO 8601. */
  nextAttemptAt: string;
  /** What is left of the schedule after that attempt. */
  plan: Plan;
}

/** How many of a workflow's deliveries ended in which state; `moved` ones went on in another workflow. */
export type DeliverSummary = Partial<Record<'delivered' | 'failed' | 'cancelled' | 'held' | 'moved', number>>;

/** `ApplicationFailure` types of the activity that attempts deliveries. */
export const FAILURES = {
  /** Another attempt is due; retried by the activity's policy. Details: the `Plan` that is left. */
  retry: 'AttemptFailed',
  /** Attempts used up or refused for good. */
  final: 'DeliveryFailed',
} as const;

export interface PlanPosition {
  attemptsMade: number;
  roundStart: number;
  maxAttempts: number;
}

/** What is left of the schedule after `attemptsMade` attempts. */
export function planFrom(position: PlanPosition, schedule: RetrySchedule, unitMs: number): Plan {
  const attempt = position.attemptsMade + 1;
  return {
    attempt,
    attemptsLeft: Math.max(1, position.maxAttempts - position.attemptsMade),
    initialIntervalMs: Math.max(1, delayAfter(schedule, attempt - position.roundStart, unitMs)),
    coefficient: schedule.coefficient,
  };
}
