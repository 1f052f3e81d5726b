import { z } from 'zod';
import { Id } from '../../core/contracts/common.ts';
import {
  DashboardEventDetail,
  DashboardEventList,
  eventsQuery,
  type DashboardEvent,
} from '../../core/contracts/dashboard/events.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { countByStatus, findEvent, listEvents, type EventRow } from '../../delivery/history/event-history.ts';
import { dataOf } from '../../delivery/history/json-node.ts';
import { listDeliveries } from '../../delivery/history/history.ts';
import { readUrls } from '../../delivery/history/webhook-urls.ts';
import { answerFound, answerJson, requireCursor } from '../answers.ts';
import { narrow } from '../auth/visible.ts';
import { writeDashboardDelivery } from '../dashboard/delivery-fields.ts';
import { explainAbsence } from '../dashboard/explain-absence.ts';
import { knownOf } from '../dashboard/known.ts';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { requireId } from '../paths.ts';
import type { Router } from '../routing.ts';
import { SHORT_PAGES } from './short-pages.ts';

const PATH = '/api/dashboard/events';
const MOST_DELIVERIES = 1_000;
const NONE = { pending: 0, retrying: 0, delivered: 0, failed: 0, cancelled: 0, held: 0 };

export function addDashboardEventRoutes(router: Router, deps: ApiDeps): void {
  const Query = eventsQuery(knownOf(deps.registry));
  const shared = { method: 'get', tag: 'Dashboard', scopes: ['events:read'] } as const;

  router.addShared({
    ...shared,
    path: PATH,
    operationId: 'listDashboardEvents',
    summary: 'List events',
    description: `Newest first, with the states of their deliveries. ${SHORT_PAGES}`,
    errors: ['invalid_request', 'not_found'],
    request: { query: Query },
    responses: { 200: { description: 'A page of events', content: content(DashboardEventList) } },
    async handle({ c, principal }) {
      const query = readQuery(c, Query);
      const filter = {
        ...narrow(deps.registry, principal, query),
        platforms: Object.keys(deps.registry),
        eventType: query.event,
        value: query.q,
        since: query.since,
        until: query.until,
        before: query.cursor === undefined ? undefined : requireCursor(query.cursor),
        limit: query.limit,
      };
      const { page, counts } = await deps.replicaReads.upToDate(async (reads) => {
        const page = await listEvents(reads, filter);
        const ids = page.rows.map(({ id }) => id);
        return { page, counts: await countByStatus(reads, ids) };
      });
      const write = (row: EventRow): DashboardEvent => ({
        ...writeEvent(row),
        deliveries: { ...NONE, ...counts.get(row.id) },
      });
      return answerFound(page, write);
    },
  });

  router.addShared({
    ...shared,
    path: `${PATH}/{id}`,
    operationId: 'getDashboardEvent',
    summary: 'Get an event',
    description: 'With its deliveries, and the webhooks that did not get it and why.',
    errors: ['not_found'],
    request: { params: z.object({ id: Id }) },
    responses: { 200: { description: 'The event', content: content(DashboardEventDetail) } },
    async handle({ c, principal }) {
      const id = requireId(c.req.param('id'), 'event');
      const owner = narrow(deps.registry, principal);
      const event = await findEvent(deps.reads, id, owner);
      if (!event) throw new AppError('not_found', 'there is no event with this id');
      const { rows } = await listDeliveries(deps.reads, { ...owner, eventId: id, limit: MOST_DELIVERIES });
      const urls = await readUrls(
        deps.reads,
        rows.map((row) => row.webhook_id),
      );
      const explained = { ...event, data: dataOf(event.body) };
      const detail: DashboardEventDetail = {
        ...writeEvent(event),
        body: event.body,
        deliveries: rows.map((row) => writeDashboardDelivery(row, urls)),
        not_delivered_to: event.others.map((other) => ({
          webhook: { id: other.id, url: other.url },
          reason: explainAbsence(other, explained),
        })),
      };
      return answerJson(detail);
    },
  });
}

function writeEvent({ id, platform, org_id, event_type, created_at }: EventRow): Omit<DashboardEvent, 'deliveries'> {
  return { id, platform, org_id: org_id || null, event: event_type, created_at: created_at.toISOString() };
}
