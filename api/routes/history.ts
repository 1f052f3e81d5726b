import { DeliveryDetail, DeliveryList, historyQuery } from '../../core/contracts/delivery.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { findDelivery } from '../../delivery/history/delivery.ts';
import { listDeliveries } from '../../delivery/history/history.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerFound, answerText, requireCursor } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Router } from '../routing.ts';
import { writeDelivery, writeDetail } from './delivery-fields.ts';
import { SHORT_PAGES } from './short-pages.ts';

export function addHistoryRoutes(router: Router, deps: ApiDeps, platform: Platform): void {
  const path = `${platform.apiBase}/webhooks/events`;
  const Query = historyQuery(platform.eventTypes.map(({ type }) => type));
  const shared = { platform, tag: `${platform.label} deliveries`, method: 'get', scope: 'events:read' } as const;

  router.addForPlatform({
    ...shared,
    path,
    operationId: operationId(platform, 'listDeliveries'),
    summary: 'List deliveries',
    description: `The delivery history, newest first. Webhooks that were deleted keep theirs. ${SHORT_PAGES}`,
    errors: ['invalid_request'],
    request: { params: pathParams(platform), query: Query },
    responses: { 200: { description: 'A page of deliveries', content: content(DeliveryList) } },
    async handle({ c, orgId }) {
      const query = readQuery(c, Query);
      const filter = {
        platform: platform.id,
        orgId,
        statuses: query.status,
        eventType: query.event,
        webhookId: query.webhook_id,
        value: query.q,
        since: query.since,
        until: query.until,
        before: query.cursor === undefined ? undefined : requireCursor(query.cursor),
        limit: query.limit,
      };
      const page = await deps.replicaReads.upToDate((reads) => listDeliveries(reads, filter));
      return answerFound(page, writeDelivery);
    },
  });

  router.addForPlatform({
    ...shared,
    path: `${path}/{id}`,
    operationId: operationId(platform, 'getDelivery'),
    summary: 'Get a delivery',
    description: 'Its payload, every attempt, what happened to it, and when the next attempts are due.',
    errors: ['not_found'],
    request: { params: pathParams(platform, 'id') },
    responses: { 200: { description: 'The delivery', content: content(DeliveryDetail) } },
    async handle({ c, orgId }) {
      const id = requireId(c.req.param('id'), 'delivery');
      const row = await findDelivery(deps.reads, id, { platform: platform.id, orgId });
      if (!row) throw new AppError('not_found', 'there is no delivery with this id');
      return answerText(writeDetail(row, deps.retryUnitMs), 200);
    },
  });
}
