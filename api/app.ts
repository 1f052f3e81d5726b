import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '../core/contracts/errors.ts';
import type { ApiDeps } from './deps.ts';
import { answerProblem } from './middleware/problem.ts';
import { writeDocument } from './openapi/document.ts';
import { addDocsRoutes } from './routes/docs.ts';
import { addEventTypesRoute } from './routes/event-types.ts';
import { addEventRoutes } from './routes/events.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addHistoryRoutes } from './routes/history.ts';
import { addKeyRoutes } from './routes/keys.ts';
import { addRetryRoute } from './routes/retry.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { Router } from './routing.ts';

/** The whole API; it does not listen. Every platform of the registry gets all the routes. */
export function createApp(deps: ApiDeps): OpenAPIHono {
  const app = new OpenAPIHono();
  const router = new Router(app, deps);
  for (const platform of Object.values(deps.registry)) {
    addWebhookRoutes(router, deps, platform);
    addEventRoutes(router, deps, platform);
    addEventTypesRoute(router, platform);
    addHistoryRoutes(router, deps, platform);
    addRetryRoute(router, deps, platform);
  }
  addKeyRoutes(router, deps);
  addHealthRoutes(router, deps);
  let document: string | undefined;
  addDocsRoutes(router, () => (document ??= writeDocument(app, deps.registry)));
  router.mount();
  app.get('/', (c) => c.redirect('/api/docs'));
  app.notFound((c) => {
    const error = new AppError('not_found', `there is nothing at ${c.req.path}; /api/docs lists what there is`);
    return answerProblem(error, c.req.path, deps.log);
  });
  app.onError((error, c) => answerProblem(error, c.req.path, deps.log));
  return app;
}
