/**
 * A delivery's retry schedule: the parameters of a Temporal retry policy, in units rather than seconds so that
 * `POSTHORN_RETRY_UNIT` scales it.
 */
export interface RetrySchedule {
  /** Attempts in all, the first one included. */
  maxAttempts: number;
  /** Units (60 s by default) between the first failure and the second attempt. */
  initialUnits: number;
  coefficient: number;
}

/** Retries after 2, 4, 8, 16 and 32 minutes: six attempts in 62 minutes (contract.md, Retries). */
export const DEFAULT_SCHEDULE: RetrySchedule = { maxAttempts: 6, initialUnits: 2, coefficient: 2 };

/** The API's intervals are in seconds, with a unit of a minute. */
export const SECONDS_PER_UNIT = 60;

/** Bounds of a webhook's own schedule. */
export const SCHEDULE_LIMITS = {
  maxAttempts: { min: 1, max: 12 },
  initialUnits: { min: 0.1, max: 60 },
  coefficient: { min: 1, max: 4 },
  /** Maximum of a delay: a day in the default unit. */
  longestUnits: 1440,
} as const;

/** Milliseconds from the failure of the schedule's `attempt`th attempt (from 1) to the next one. */
export function delayAfter(schedule: RetrySchedule, attempt: number, unitMs: number): number {
  const units = schedule.initialUnits * schedule.coefficient ** (attempt - 1);
  return Math.round(Math.min(units, SCHEDULE_LIMITS.longestUnits) * unitMs);
}

/** The schedule's longest delay in milliseconds: the maximum for a `Retry-After`. */
export function longestDelay(schedule: RetrySchedule, unitMs: number): number {
  return delayAfter(schedule, Math.max(1, schedule.maxAttempts - 1), unitMs);
}

/** Delays in milliseconds between the attempts of the whole schedule, in order. */
export function allDelays(schedule: RetrySchedule, unitMs: number): number[] {
  return Array.from({ length: schedule.maxAttempts - 1 }, (_, index) => delayAfter(schedule, index + 1, unitMs));
}
