import { Overview, overviewQuery } from '../../core/contracts/dashboard/overview.ts';
import { readOverview, readWaiting } from '../../delivery/statistics/overview.ts';
import { readWebhookHealth } from '../../delivery/statistics/webhook-health.ts';
import { inSnapshot } from '../../core/db/transaction.ts';
import { answerJson } from '../answers.ts';
import { narrow } from '../auth/visible.ts';
import { boundsOf, writeOverview } from '../dashboard/overview-fields.ts';
import { SharedReads } from '../dashboard/shared-reads.ts';
import { knownOf } from '../dashboard/known.ts';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import type { Router } from '../routing.ts';

/** How long the overview is cached for all dashboards. */
const LIFE_MS = 1_000;

export function addOverviewRoute(router: Router, deps: ApiDeps): void {
  const platforms = Object.keys(deps.registry);
  const Query = overviewQuery(knownOf(deps.registry));
  const shared = new SharedReads<Overview>(LIFE_MS);
  router.addShared({
    method: 'get',
    path: '/api/dashboard/overview',
    tag: 'Dashboard',
    operationId: 'getOverview',
    summary: 'Get the overview',
    description: 'Results in a time range, waiting deliveries, and the webhooks with the most failures.',
    scopes: ['events:read'],
    errors: ['invalid_request', 'not_found'],
    request: { query: Query },
    responses: { 200: { description: 'The overview', content: content(Overview) } },
    async handle({ c, principal }) {
      const { range, webhook_id: webhookId, ...asked } = readQuery(c, Query);
      const owner = narrow(deps.registry, principal, asked);
      const overview = await shared.get(JSON.stringify([range, webhookId, owner]), () =>
        deps.replicaReads.recent((reads) =>
          inSnapshot(reads, async (client) => {
            const bounds = boundsOf(range, new Date());
            const rows = await readOverview(client, { ...owner, webhookId, platforms, ...bounds });
            const waiting = await readWaiting(client, { ...owner, webhookId });
            const failing = rows.failing.map(({ id }) => id);
            const health = failing.length > 0 ? await readWebhookHealth(client, failing, bounds.to) : [];
            const failures = new Map(health.map(({ id, last_failure }) => [id, last_failure]));
            return writeOverview(range, bounds, rows, waiting, failures);
          }),
        ),
      );
      return answerJson(overview);
    },
  });
}
