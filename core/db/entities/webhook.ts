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
    /** While two secrets are valid: when the older one expires, by the database's clock. */
    secretRotationEndsAt: p
      .datetime()
      .nullable()
      .formula((_, table) => {
        const expires = `${String(table)}.previous_secret_expires_at`;
        return `case when ${expires} > now() then ${expires} end`;
      }),
    events: p.array(),
    description: p.text().nullable(),
    active: p.boolean(),
    inactiveReason: p.text().fieldName('inactive_reason').nullable(),
    pausedAt: p.datetime().fieldName('paused_at').nullable(),
    pausedReason: p.text().fieldName('paused_reason').nullable(),
    options: p.json().$type<StoredOptions>(),
    /** As JSON, with every digit. `filter_path` is what events are matched with. */
    filter: p.text().nullable(),
    deletedAt: p.datetime().fieldName('deleted_at').nullable(),
    createdAt: p.datetime().fieldName('created_at'),
    updatedAt: p.datetime().fieldName('updated_at'),
  },
});

export class Webhook extends WebhookSchema.class {}
WebhookSchema.setClass(Webhook);
