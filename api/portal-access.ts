/**
 * The operations, without their platform, that a portal session may call. Everything else does not exist for it: a portal shows
 * nothing of the system itself, and emits no events.
 */
export const OPERATIONS: ReadonlySet<string> = new Set([
  'registerWebhook',
  'listWebhooks',
  'getWebhook',
  'updateWebhook',
  'deleteWebhook',
  'pauseWebhook',
  'resumeWebhook',
  'testWebhook',
  'rotateSecret',
  'endSecretRotation',
  'listEventTypes',
  'listDeliveries',
  'getDelivery',
  'retryDelivery',
  'cancelDelivery',
  'startRecovery',
  'listRecoveries',
  'getRecovery',
  'updateRecovery',
  'pauseRecovery',
  'resumeRecovery',
  'cancelRecovery',
  'startDashboardRecovery',
  'listDashboardRecoveries',
  'getDashboardRecovery',
  'updateDashboardRecovery',
  'pauseDashboardRecovery',
  'resumeDashboardRecovery',
  'cancelDashboardRecovery',
  'getOverview',
  'listDashboardWebhooks',
  'getDashboardWebhook',
  'listDashboardDeliveries',
  'countDashboardDeliveries',
  'getDashboardDelivery',
  'listDashboardEvents',
  'getDashboardEvent',
  'checkUrl',
  'tryFilter',
  'watch',
]);

/** Whether a portal session may call the operation, such as `urpa_listWebhooks` or `getOverview`. */
export function isOpenToPortals(operationId: string): boolean {
  return OPERATIONS.has(operationId.replace(/^[^_]+_/, ''));
}
