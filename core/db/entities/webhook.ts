import { defineEntity, p } from '@mikro-orm/core';
import type { StoredOptions } from '../../options/index.ts';

const WebhookSchema = defineEntity({
  name: 'Webhook',
  tableName: 'webhooks',
  properties: {
    id: p.uuid().primary(),
    platform: p.string(),
    /** Empty: the whole platform. */
    orgId: p.string().fieldName('org_id'),
    url: p.string(),
    /** Sealed by core/secrets.ts; never serialized. */
    secret: p.blob().hidden(),
    events: p.array(),
    description: p.text().nullable(),
    active: p.boolean(),
    inactiveReason: p.text().fieldName('inactive_reason').nullable(),
    pausedAt: p.datetime().fieldName('paused_at').nullable(),
    pausedReason: p.text().fieldName('paused_reason').nullable(),
    options: p.json().$type<StoredOptions>(),
    deletedAt: p.datetime().fieldName('deleted_at').nullable(),
    createdAt: p.datetime().fieldName('created_at'),
    updatedAt: p.datetime().fieldName('updated_at'),
  },
});

export class Webhook extends WebhookSchema.class {}
WebhookSchema.setClass(Webhook);
