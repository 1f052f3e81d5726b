import { z } from 'zod';
import { LANE_BOUNDS } from '../domain/lane-limits.ts';
import { SCHEDULE_LIMITS, SECONDS_PER_UNIT } from '../domain/schedule.ts';
import { Id, listOf, OrgId, plainText, Time } from './common.ts';
import { quote } from './issues.ts';
import { ReceiverUrl, WebhookSecret } from './receiver-url.ts';

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
      .meta({ description: 'each interval is so many times the one before; none is longer than a day', example: 2 }),
  })
  .meta({ id: 'RetryPolicy' });

const Limits = z
  .object({
    concurrency: z
      .int()
      .min(LANE_BOUNDS.concurrency.min)
      .max(LANE_BOUNDS.concurrency.max)
      .meta({ description: 'attempts at once, in each worker process', example: 100 }),
    rate: z
      .number()
      .min(LANE_BOUNDS.rate.min)
      .max(LANE_BOUNDS.rate.max)
      .nullable()
      .meta({ description: 'attempts a second, over all workers, about; null: no limit', example: 50 }),
  })
  .meta({ id: 'WebhookLimits' });

export const Webhook = z
  .object({
    id: Id,
    org_id: OrgId.optional().meta({
      description: 'the organization it belongs to, where the platform has organizations',
    }),
    url: z.string().meta({ example: 'https://example.com/hooks' }),
    events: z.array(z.string()).meta({ example: ['contact.created'] }),
    description: z.string().nullable(),
    active: z.boolean().meta({ description: 'false: turned off, new events are not for it' }),
    inactive_reason: z.string().nullable().meta({ description: 'why it was turned off' }),
    paused: z.boolean().meta({ description: 'true: its deliveries are held until it is resumed' }),
    paused_at: Time.nullable(),
    paused_reason: z.string().nullable().meta({ description: 'why it was paused' }),
    retry_policy: RetryPolicy,
    limits: Limits,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

export const NewWebhook = Webhook.extend({
  secret: z.string().meta({
    description: 'signs what is sent; shown in this answer only',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  }),
}).meta({ id: 'NewWebhook' });

export const WebhookList = listOf(Webhook).meta({ id: 'WebhookList' });

/** What registering and updating take, on a platform with these event types. Unknown members are ignored. */
export function webhookInputs(eventTypes: readonly string[]) {
  const valid = eventTypes.join(', ');
  const eventType = z.enum(eventTypes as [string, ...string[]], {
    error: (issue) => `unknown event type ${quote(issue.input)}; valid are ${valid}`,
  });
  const fields = {
    url: ReceiverUrl.meta({
      description: 'http or https, no credentials, a public address',
      example: 'https://example.com/hooks',
      format: 'uri',
    }),
    events: z
      .array(eventType)
      .min(1)
      .transform((events) => [...new Set(events)])
      .meta({ description: 'what it is sent', example: [eventTypes[0]] }),
    secret: WebhookSecret.optional().meta({
      description: 'signs what is sent; one is made when it is left out at registration',
      example: 'a-secret-of-your-own-choice',
    }),
    description: plainText(z.string().max(1000)).nullable().optional(),
    active: z.boolean().optional().meta({ description: 'default true' }),
    retry_policy: RetryPolicy.partial().optional().meta({
      description: 'what is left out keeps its value; the default is 6 attempts, 120 s, coefficient 2',
    }),
    limits: Limits.partial().optional().meta({
      description: 'what is left out keeps its value; the default is 100 attempts at once and no rate',
    }),
  };
  const register = z.object(fields);
  return { register, update: register.partial() };
}
export type RegisterWebhook = z.output<ReturnType<typeof webhookInputs>['register']>;
export type UpdateWebhook = z.output<ReturnType<typeof webhookInputs>['update']>;

/** Which event type a test sends; default: the first that the webhook subscribes to. */
export function webhookTestInput(eventTypes: readonly string[]) {
  return z.object({
    event: z
      .enum(eventTypes as [string, ...string[]], {
        error: (issue) => `unknown event type ${quote(issue.input)}; valid are ${eventTypes.join(', ')}`,
      })
      .optional(),
  });
}

export const WebhookTestAnswer = z
  .object({ event_id: Id, delivery_id: Id, event: z.string().meta({ example: 'contact.created' }) })
  .meta({ id: 'WebhookTestAnswer' });
