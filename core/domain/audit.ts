/** The actions of the audit log. */
export const AUDIT_ACTIONS = [
  'webhook.registered',
  'webhook.updated',
  'webhook.deleted',
  'webhook.paused',
  'webhook.auto_paused',
  'webhook.resumed',
  'webhook.turned_off',
  'webhook.tested',
  'delivery.retried',
  'delivery.cancelled',
  'recovery.started',
  'recovery.updated',
  'recovery.paused',
  'recovery.resumed',
  'recovery.cancelled',
  'key.created',
  'key.revoked',
  'portal_link.created',
  'portal_link.opened',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
