import { describeData, type EventType, type Platform } from './platform.ts';

const id = { type: 'string', format: 'uuid' };
const time = (description: string) => ({ type: 'string', format: 'date-time', description });

const subject = {
  platform: { type: 'string', description: 'the platform of the webhook' },
  organization: { type: ['string', 'null'], description: 'the organization of the webhook; null: the whole platform' },
  webhook: {
    type: 'object',
    description: 'the webhook',
    properties: {
      id,
      origin: {
        type: 'string',
        description: 'scheme, host and port of its URL; the path may contain credentials, so it is not here',
      },
    },
    required: ['id', 'origin'],
  },
};
const subjectExample = {
  platform: '4calls',
  organization: 'org-42',
  webhook: { id: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77', origin: 'https://receiver.example' },
};

const delivery = {
  id,
  event_id: id,
  event: { type: 'string', description: 'the event type' },
};
const deliveryExample = {
  id: '01948d0a-53c1-7e08-b6a2-94f3d1c07e5b',
  event_id: '01948d0a-53c0-7d11-8f27-60b1a9e4c382',
  event: 'contact.created',
};
const describeDelivery = (description: string, more: Record<string, object> = {}) => {
  const properties = { ...delivery, ...more };
  return { type: 'object', description, properties, required: Object.keys(properties) };
};

export type OperationalEventType =
  'delivery.failed' | 'webhook.auto_paused' | 'webhook.turned_off' | 'webhook.recovered' | 'secret.rotated';

const BY_WEBHOOK = ['webhook.id'];
const BY_DELIVERY = [...BY_WEBHOOK, 'delivery.id', 'delivery.event_id'];

const eventTypes: (EventType & { type: OperationalEventType })[] = [
  {
    type: 'delivery.failed',
    description: 'A delivery failed for good: its attempts are used up, or the receiver answered 410.',
    schema: describeData({
      ...subject,
      delivery: describeDelivery('the delivery', {
        attempts: { type: 'integer', minimum: 1, description: 'attempts made' },
        status_code: { type: ['integer', 'null'], description: 'of the last response; null: there was none' },
        error_message: { type: 'string', description: 'why the last attempt failed' },
      }),
    }),
    example: {
      ...subjectExample,
      delivery: { ...deliveryExample, attempts: 6, status_code: 503, error_message: 'status 503' },
    },
    searchPaths: BY_DELIVERY,
  },
  {
    type: 'webhook.auto_paused',
    description:
      'A webhook was paused because all its attempts failed for days. Its deliveries are held until it is resumed.',
    schema: describeData({
      ...subject,
      failures: { type: 'integer', minimum: 1, description: 'failed attempts in a row' },
      failing_since: time('the first of them'),
    }),
    example: { ...subjectExample, failures: 412, failing_since: '2026-01-17T10:30:00Z' },
    searchPaths: BY_WEBHOOK,
  },
  {
    type: 'webhook.turned_off',
    description: 'A webhook was turned off because its receiver answered 410. What was still to be sent is cancelled.',
    schema: describeData({ ...subject, delivery: describeDelivery('the delivery that got the 410') }),
    example: { ...subjectExample, delivery: deliveryExample },
    searchPaths: BY_DELIVERY,
  },
  {
    type: 'webhook.recovered',
    description: 'The first success of a webhook after one of the three events above.',
    schema: describeData({
      ...subject,
      delivery: describeDelivery('the delivery that succeeded'),
      unrecovered_since: time('the first of those events since the last success'),
    }),
    example: { ...subjectExample, delivery: deliveryExample, unrecovered_since: '2026-01-22T10:30:00Z' },
    searchPaths: BY_DELIVERY,
  },
  {
    type: 'secret.rotated',
    description: "A webhook's secret was rotated.",
    schema: describeData({
      ...subject,
      old_secret_expires_at: {
        ...time('until when the old secret signs as well; null: it no longer does'),
        type: ['string', 'null'],
      },
    }),
    example: { ...subjectExample, old_secret_expires_at: '2026-01-23T10:30:00Z' },
    searchPaths: BY_WEBHOOK,
  },
];

/** Posthorn itself: what happens to the webhooks of the other platforms. */
export const posthorn = {
  id: 'posthorn',
  label: 'Posthorn',
  headerPrefix: 'X-Posthorn-',
  scope: 'platform',
  apiBase: '/api/posthorn',
  organizations: { of: '4calls', apiBase: '/api/posthorn/organizations/{orgId}' },
  webhooksPath: 'webhooks',
  emitter: 'posthorn',
  mostWebhooks: 10,
  eventTypes,
} as const satisfies Platform;
