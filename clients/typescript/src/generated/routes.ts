// Generated from the OpenAPI document by bin/client/generate.ts.

export const OWNERS = {
  urpa: { base: '/api/urpa', webhooks: '/integrations/webhooks' },
  '4calls': { base: '/api/coordinator/organizations/{orgId}', webhooks: '/webhooks' },
  posthorn: { base: '/api/posthorn', webhooks: '/webhooks' },
  posthornOrganization: { base: '/api/posthorn/organizations/{orgId}', webhooks: '/webhooks' },
} as const;

export const OWNER_ROUTES = {
  registerWebhook: ['POST', '{webhooks}'],
  listWebhooks: ['GET', '{webhooks}'],
  getWebhook: ['GET', '{webhooks}/{id}'],
  updateWebhook: ['PUT', '{webhooks}/{id}'],
  deleteWebhook: ['DELETE', '{webhooks}/{id}'],
  pauseWebhook: ['POST', '{webhooks}/{id}/pause'],
  resumeWebhook: ['POST', '{webhooks}/{id}/resume'],
  emitEvent: ['POST', '/events'],
  emitEvents: ['POST', '/events/batch'],
  listEventTypes: ['GET', '/event-types'],
  listDeliveries: ['GET', '/webhooks/events'],
  getDelivery: ['GET', '/webhooks/events/{id}'],
  getDeliveryRequest: ['GET', '/webhooks/events/{id}/request'],
  retryDelivery: ['POST', '/webhooks/events/{id}/retry'],
  cancelDelivery: ['POST', '/webhooks/events/{id}/cancel'],
  testWebhook: ['POST', '{webhooks}/{id}/test'],
  rotateSecret: ['POST', '{webhooks}/{id}/secret/rotate'],
  endSecretRotation: ['POST', '{webhooks}/{id}/secret/rotate/end'],
  startRecovery: ['POST', '/webhooks/events/retry'],
  listRecoveries: ['GET', '/recoveries'],
  getRecovery: ['GET', '/recoveries/{id}'],
  updateRecovery: ['PUT', '/recoveries/{id}'],
  pauseRecovery: ['POST', '/recoveries/{id}/pause'],
  resumeRecovery: ['POST', '/recoveries/{id}/resume'],
  cancelRecovery: ['POST', '/recoveries/{id}/cancel'],
  createPortalLink: ['POST', '/portal-links'],
} as const;

export const ROUTES = {
  createKey: ['POST', '/api/admin/keys'],
  listKeys: ['GET', '/api/admin/keys'],
  revokeKey: ['DELETE', '/api/admin/keys/{id}'],
  checkHealth: ['GET', '/healthz'],
  checkReadiness: ['GET', '/readyz'],
  getMetrics: ['GET', '/metrics'],
  getOpenApi: ['GET', '/api/openapi.json'],
} as const;
