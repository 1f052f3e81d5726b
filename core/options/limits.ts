import { z } from 'zod';
import { defineGroup } from './webhook-option.ts';

const Limits = z
  .object({
    concurrency: z
      .int()
      .min(1)
      .max(1000)
      .meta({ description: 'attempts at once, in each worker process', example: 100 }),
    rate: z
      .number()
      .min(0.1)
      .max(10_000)
      .nullable()
      .meta({ description: 'attempts per second, approximately, over all workers; null: no limit', example: 50 }),
  })
  .meta({ id: 'WebhookLimits' });
export type Limits = z.output<typeof Limits>;

/** Limits that claims and attempts of a webhook's deliveries keep (delivery/concurrency). */
export const limits = defineGroup({
  schema: Limits,
  default: { concurrency: 100, rate: null },
  description: 'how fast deliveries are sent; deliveries above a limit wait',
  takesEffect: 'with the next claim',
});
