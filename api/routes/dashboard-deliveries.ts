import { z } from 'zod';
import { Id } from '../../core/contracts/common.ts';
import {
  DashboardDeliveryDetail,
  DashboardDeliveryList,
  deliveriesQuery,
  DeliveryCount,
  deliveryCountQuery,
} from '../../core/contracts/dashboard/deliveries.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { findDelivery } from '../../delivery/history/delivery.ts';
import { countDeliveries, listDeliveries } from '../../delivery/history/history.ts';
import { readUrls } from '../../delivery/history/webhook-urls.ts';
import { answerFound, answerJson, answerText, requireCursor } from '../answers.ts';
import { hasScope } from '../auth/authorize.ts';
import type { Principal } from '../auth/principal.ts';
import { narrow } from '../auth/visible.ts';
import { writeDashboardDelivery, writeDashboardDetail } from '../dashboard/delivery-fields.ts';
import { knownOf } from '../dashboard/known.ts';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { requireId } from '../paths.ts';
import type { Router } from '../routing.ts';
import { SHORT_PAGES } from './short-pages.ts';

const PATH = '/api/dashboard/deliveries';

export function addDashboardDeliveryRoutes(router: Router, deps: ApiDeps): void {
  const known = knownOf(deps.registry);
  const Query = deliveriesQuery(known);
  const CountQuery = deliveryCountQuery(known);
  const shared = { method: 'get', tag: 'Dashboard', scopes: ['events:read'] } as const;

  router.addShared({
    ...shared,
    path: PATH,
    operationId: 'listDashboardDeliveries',
    summary: 'List deliveries',
    description: `Newest first, of all platforms and organizations that the key may see. ${SHORT_PAGES}`,
    errors: ['invalid_request', 'not_found'],
    request: { query: Query },
    responses: { 200: { description: 'A page of deliveries', content: content(DashboardDeliveryList) } },
    async handle({ c, principal }) {
      const query = readQuery(c, Query);
      const before = query.cursor === undefined ? undefined : requireCursor(query.cursor);
      const filter = { ...filterOf(deps, principal, query), before, limit: query.limit };
      const { page, urls } = await deps.replicaReads.upToDate(async (reads) => {
        const page = await listDeliveries(reads, filter);
        const ids = page.rows.map((row) => row.webhook_id);
        return { page, urls: await readUrls(reads, ids) };
      });
      return answerFound(page, (row) => writeDashboardDelivery(row, urls));
    },
  });

  router.addShared({
    ...shared,
    path: `${PATH}/count`,
    operationId: 'countDashboardDeliveries',
    summary: 'Count deliveries',
    description: 'At most 10,000, and exact if at most about 10,000 deliveries have to be read.',
    errors: ['invalid_request', 'not_found'],
    request: { query: CountQuery },
    responses: { 200: { description: 'The count', content: content(DeliveryCount) } },
    async handle({ c, principal }) {
      const filter = filterOf(deps, principal, readQuery(c, CountQuery));
      return answerJson(await deps.replicaReads.upToDate((reads) => countDeliveries(reads, filter)));
    },
  });

  router.addShared({
    ...shared,
    path: `${PATH}/{id}`,
    operationId: 'getDashboardDelivery',
    summary: 'Get a delivery',
    description: 'With the exact body, the headers of its request, and its workflow.',
    errors: ['not_found'],
    request: { params: z.object({ id: Id }) },
    responses: { 200: { description: 'The delivery', content: content(DashboardDeliveryDetail) } },
    async handle({ c, principal }) {
      const id = requireId(c.req.param('id'), 'delivery');
      const row = await findDelivery(deps.reads, id, narrow(deps.registry, principal));
      if (!row) throw new AppError('not_found', 'there is no delivery with this id');
      const workflow = await describeWorkflow(principal.portal ? null : row.workflow_id);
      return answerText(writeDashboardDetail(row, deps, hasScope(principal, 'webhooks:write'), workflow), 200);
    },
  });

  async function describeWorkflow(id: string | null): Promise<DashboardDeliveryDetail['workflow']> {
    if (id === null) return { id, url: null, state: 'none', detail: null };
    return { id, url: deps.workflows.linkTo(id), ...(await deps.workflows.describe(id)) };
  }
}

function filterOf(deps: ApiDeps, principal: Principal, query: z.output<ReturnType<typeof deliveryCountQuery>>) {
  return {
    ...narrow(deps.registry, principal, query),
    statuses: query.status,
    eventType: query.event,
    eventId: query.event_id,
    webhookId: query.webhook_id,
    value: query.q,
    since: query.since,
    until: query.until,
  };
}
