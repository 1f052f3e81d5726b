import { z } from 'zod';
import { optionInputs, optionSchemas } from '../options/index.ts';
import { Id, listOf, OrgId, plainText, Time } from './common.ts';
import { eventTypeOf } from './filters.ts';
import { ReceiverUrl, WebhookSecret } from './receiver-url.ts';

export const Webhook = z
  .object({
    id: Id,
    org_id: OrgId.optional().meta({
      description: 'its organization, if the platform has organizations',
    }),
    url: z.string().meta({ example: 'https://example.com/hooks' }),
    events: z.array(z.string()).meta({ example: ['contact.created'] }),
    description: z.string().nullable(),
    active: z.boolean().meta({ description: 'false: turned off, it gets no new events' }),
    inactive_reason: z.string().nullable().meta({ description: 'why it was turned off' }),
    paused: z.boolean().meta({ description: 'true: its deliveries are held until it is resumed' }),
    paused_at: Time.nullable(),
    paused_reason: z.string().nullable().meta({ description: 'why it was paused' }),
    ...optionSchemas,
    secret_rotation: z
      .object({ expires_at: Time })
      .nullable()
      .meta({ description: 'until when the secret before is valid too; null: one secret is valid' }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

export const NewWebhook = Webhook.extend({
  secret: z.string().meta({
    description: 'signs the deliveries; only this response contains it',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  }),
}).meta({ id: 'NewWebhook' });

const LONGEST_OVERLAP_S = 604_800;
const DEFAULT_OVERLAP_S = 86_400;

export const SecretRotationInput = z
  .object({
    secret: WebhookSecret.optional().meta({
      description: 'the new secret; generated if omitted',
      example: 'another-secret-of-your-own-choice',
    }),
    overlap: z.int().min(0).max(LONGEST_OVERLAP_S).default(DEFAULT_OVERLAP_S).meta({
      description: 'seconds during which both secrets are valid; 0: the new one replaces the old one at once',
      example: DEFAULT_OVERLAP_S,
    }),
    force: z.boolean().default(false).meta({
      description: 'true: also while two secrets are valid; the oldest of the three is dropped',
    }),
  })
  .meta({ id: 'SecretRotationInput' });

export const WebhookList = listOf(Webhook).meta({ id: 'WebhookList' });

/** What registering and updating take, on a platform with these event types. Unknown members are ignored. */
export function webhookInputs(eventTypes: readonly string[]) {
  const fields = {
    url: ReceiverUrl.meta({
      description: 'http or https, no credentials, a public address',
      example: 'https://example.com/hooks',
      format: 'uri',
    }),
    events: z
      .array(eventTypeOf(eventTypes))
      .min(1)
      .transform((events) => [...new Set(events)])
      .meta({ description: 'the event types that it gets', example: [eventTypes[0]] }),
    secret: WebhookSecret.optional().meta({
      description: 'signs the deliveries; generated if omitted at registration',
      example: 'a-secret-of-your-own-choice',
    }),
    description: plainText(z.string().max(1000)).nullable().optional(),
    active: z.boolean().optional().meta({ description: 'default true' }),
    ...optionInputs,
  };
  const register = z.object(fields);
  return { register, update: register.partial() };
}
export type UpdateWebhook = z.output<ReturnType<typeof webhookInputs>['update']>;

/** Which event type a test sends; default: the first that the webhook subscribes to. */
export function webhookTestInput(eventTypes: readonly string[]) {
  return z.object({
    event: eventTypeOf(eventTypes).optional(),
  });
}

export const WebhookTestAnswer = z
  .object({ event_id: Id, delivery_id: Id, event: z.string().meta({ example: 'contact.created' }) })
  .meta({ id: 'WebhookTestAnswer' });
