import { defineEntity, p } from '@mikro-orm/core';

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    name: p.string(),
    /** Null: every platform. */
    platform: p.string().nullable(),
    /** Null: every organization of the platform. */
    orgId: p.string().fieldName('org_id').nullable(),
    scopes: p.array(),
    /** SHA-256 of the key; the key itself is stored nowhere. */
    hash: p.blob().hidden(),
    /** The key's first characters, for people to tell keys apart. */
    hint: p.string(),
    createdAt: p.datetime().fieldName('created_at'),
    /** Null: it does not expire. */
    expiresAt: p.datetime().fieldName('expires_at').nullable(),
    /** To the minute; null: not used yet. */
    lastUsedAt: p.datetime().fieldName('last_used_at').nullable(),
    revokedAt: p.datetime().fieldName('revoked_at').nullable(),
  },
});

export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);
