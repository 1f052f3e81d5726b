import { defineEntity, p } from '@mikro-orm/core';

const AuditEntrySchema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_log',
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(),
    /** The name of the key that acted, or the part of Posthorn. */
    actor: p.string(),
    /** Such as `webhook.registered` or `delivery.retried`. */
    action: p.string(),
    platform: p.string().nullable(),
    orgId: p.string().fieldName('org_id').nullable(),
    subjectId: p.uuid().fieldName('subject_id').nullable(),
    details: p.json<Record<string, unknown>>(),
  },
});

export class AuditEntry extends AuditEntrySchema.class {}
AuditEntrySchema.setClass(AuditEntry);
