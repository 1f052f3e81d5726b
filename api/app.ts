import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '../core/contracts/errors.ts';
import { apisOf } from '../core/platforms/platform.ts';
import type { ApiDeps } from './deps.ts';
import { answerProblem } from './middleware/problem.ts';
import { writeDocument } from './openapi/document.ts';
import { withoutPortal } from './paths.ts';
import { addDashboardDeliveryRoutes } from './routes/dashboard-deliveries.ts';
import { addDashboardEventRoutes } from './routes/dashboard-events.ts';
import { addDashboardFilterRoutes } from './routes/dashboard-filter.ts';
import { addCancelRoute } from './routes/cancel.ts';
import { addDeliveryRequestRoute } from './routes/delivery-request.ts';
import { addLiveRoute } from './routes/dashboard-live.ts';
import { addDashboardOperationRoutes } from './routes/dashboard-operation.ts';
import { addOverviewRoute } from './routes/dashboard-overview.ts';
import { addDashboardWebhookRoutes } from './routes/dashboard-webhooks.ts';
import { addDocsRoutes } from './routes/docs.ts';
import { addEventTypesRoute } from './routes/event-types.ts';
import { addEventRoutes } from './routes/events.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addHistoryRoutes } from './routes/history.ts';
import { addKeyRoutes } from './routes/keys.ts';
import { addDashboardRecoveryRoutes, addRecoveryRoutes } from './routes/recoveries.ts';
import { addPortalLinksRoute } from './routes/portal-links.ts';
import { addPortalSessionRoutes } from './routes/portal-session.ts';
import { addRetryRoute } from './routes/retry.ts';
import { addSessionRoutes } from './routes/session.ts';
import { addSingleSignOnRoutes } from './routes/single-sign-on.ts';
import { addSecretRotationRoutes } from './routes/secret-rotation.ts';
import { addWebhookTestRoute } from './routes/webhook-test.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { Router } from './routing.ts';

/** Creates the whole API without a listener. Every platform of the registry gets all routes. */
export function createApp(deps: ApiDeps): OpenAPIHono {
  const app = new OpenAPIHono();
  const router = new Router(app, deps);
  for (const platform of Object.values(deps.registry).flatMap(apisOf)) {
    addWebhookRoutes(router, deps, platform);
    addEventRoutes(router, deps, platform);
    addEventTypesRoute(router, platform);
    addHistoryRoutes(router, deps, platform);
    addDeliveryRequestRoute(router, deps, platform);
    addRetryRoute(router, deps, platform);
    addCancelRoute(router, deps, platform);
    addWebhookTestRoute(router, deps, platform);
    addSecretRotationRoutes(router, deps, platform);
    addRecoveryRoutes(router, deps, platform);
    addPortalLinksRoute(router, deps, platform);
  }
  addSessionRoutes(router, deps);
  if (deps.signOn) addSingleSignOnRoutes(router, deps, deps.signOn);
  addPortalSessionRoutes(router, deps);
  addDashboardRecoveryRoutes(router, deps);
  addOverviewRoute(router, deps);
  addDashboardWebhookRoutes(router, deps);
  addDashboardFilterRoutes(router, deps);
  addDashboardDeliveryRoutes(router, deps);
  addDashboardEventRoutes(router, deps);
  addDashboardOperationRoutes(router, deps);
  addLiveRoute(router, deps);
  addKeyRoutes(router, deps);
  addHealthRoutes(router, deps);
  let document: string | undefined;
  addDocsRoutes(router, () => (document ??= writeDocument(app, deps.registry)));
  router.mount();
  app.get('*', async (c, next) => await (isOfApi(withoutPortal(c.req.path)) ? next() : deps.dashboard(c, next)));
  app.notFound((c) => {
    const error = new AppError('not_found', `there is nothing at ${c.req.path}; /api/docs lists what there is`);
    return answerProblem(error, c.req.path, deps.log);
  });
  app.onError((error, c) => answerProblem(error, c.req.path, deps.log));
  return app;
}

function isOfApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}
