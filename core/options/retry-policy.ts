import { z } from 'zod';
import { DEFAULT_SCHEDULE, SCHEDULE_LIMITS, SECONDS_PER_UNIT, type RetrySchedule } from '../domain/schedule.ts';
import { defineGroup } from './webhook-option.ts';

const { maxAttempts, initialUnits, coefficient } = SCHEDULE_LIMITS;

const RetryPolicy = z
  .object({
    maximum_attempts: z
      .int()
      .min(maxAttempts.min)
      .max(maxAttempts.max)
      .meta({ description: 'attempts in all, the first one included', example: 6 }),
    initial_interval: z
      .number()
      .min(initialUnits.min * SECONDS_PER_UNIT)
      .max(initialUnits.max * SECONDS_PER_UNIT)
      .meta({ description: 'seconds from the first failure to the second attempt', example: 120 }),
    backoff_coefficient: z
      .number()
      .min(coefficient.min)
      .max(coefficient.max)
      .meta({ description: 'factor from each interval to the next; no interval exceeds a day', example: 2 }),
  })
  .meta({ id: 'RetryPolicy' });
export type RetryPolicy = z.output<typeof RetryPolicy>;

/** The retry schedule of a webhook's deliveries (contract.md, Retries). */
export const retryPolicy = defineGroup({
  schema: RetryPolicy,
  default: {
    maximum_attempts: DEFAULT_SCHEDULE.maxAttempts,
    initial_interval: DEFAULT_SCHEDULE.initialUnits * SECONDS_PER_UNIT,
    backoff_coefficient: DEFAULT_SCHEDULE.coefficient,
  },
  description: 'when failed attempts are retried',
  takesEffect: 'for attempts that are scheduled afterwards',
});

export function scheduleOf(policy: RetryPolicy): RetrySchedule {
  return {
    maxAttempts: policy.maximum_attempts,
    initialUnits: policy.initial_interval / SECONDS_PER_UNIT,
    coefficient: policy.backoff_coefficient,
  };
}

/** SQL of a webhook's maximum attempts; `webhook` is the alias of its row. */
export const maximumAttempts = (webhook: string): string =>
  `coalesce((${webhook}.options #>> '{retry_policy,maximum_attempts}')::int, ${DEFAULT_SCHEDULE.maxAttempts})`;
