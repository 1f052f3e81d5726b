import { z } from 'zod';
import { Id, plainText } from '../../core/contracts/common.ts';
import {
  DashboardWebhook,
  DashboardWebhookList,
  OrganizationList,
  organizationsQuery,
  webhooksQuery,
} from '../../core/contracts/dashboard/webhooks.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { Webhook } from '../../core/db/entities/webhook.ts';
import { containing, type OwnerFilter } from '../../core/db/owner.ts';
import type { ReplicaReads } from '../../core/db/replica-reads.ts';
import { readLanes } from '../../delivery/concurrency/lane-statements.ts';
import { listOrganizations } from '../../delivery/history/organizations.ts';
import { findStruggling, readWebhookHealth } from '../../delivery/statistics/webhook-health.ts';
import { inSnapshot } from '../../core/db/transaction.ts';
import { answerJson, answerPage, refuseCursor, requireCursor } from '../answers.ts';
import { narrow } from '../auth/visible.ts';
import { knownOf } from '../dashboard/known.ts';
import { startOfDay, writeDashboardWebhook } from '../dashboard/webhook-fields.ts';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { requireId } from '../paths.ts';
import type { Router } from '../routing.ts';

const HOUR_MS = 3_600_000;

export function addDashboardWebhookRoutes(router: Router, deps: ApiDeps): void {
  const known = knownOf(deps.registry);
  const Query = webhooksQuery(known);
  const OrganizationsQuery = organizationsQuery(known);
  const shared = { method: 'get', tag: 'Dashboard', errors: ['invalid_request', 'not_found'] } as const;

  router.addShared({
    ...shared,
    path: '/api/dashboard/organizations',
    operationId: 'listOrganizations',
    summary: 'List organizations',
    description: 'Organizations that have or had webhooks, by name.',
    scopes: ['webhooks:read', 'events:read'],
    request: { query: OrganizationsQuery },
    responses: { 200: { description: 'A page of organizations', content: content(OrganizationList) } },
    async handle({ c, principal }) {
      const { platform, search, limit, cursor } = readQuery(c, OrganizationsQuery);
      const after = cursor === undefined ? undefined : readPlace(cursor);
      const owner = narrow(deps.registry, principal, { platform });
      const rows = await deps.replicaReads.upToDate((reads) =>
        listOrganizations(reads, owner, { search, limit, after }),
      );
      const data = rows.slice(0, limit);
      return answerJson({ data, next_cursor: rows.length > limit ? writePlace(data.at(-1)!) : null });
    },
  });

  router.addShared({
    ...shared,
    path: '/api/dashboard/webhooks',
    operationId: 'listDashboardWebhooks',
    summary: 'List webhooks with their health',
    description: 'Newest first, of all platforms and organizations that the key may see.',
    scopes: ['webhooks:read'],
    request: { query: Query },
    responses: { 200: { description: 'A page of webhooks', content: content(DashboardWebhookList) } },
    async handle({ c, principal }) {
      const query = readQuery(c, Query);
      const where = [
        ownedBy(narrow(deps.registry, principal, query)),
        { deletedAt: null },
        ...(query.cursor === undefined ? [] : [{ id: { $lt: requireCursor(query.cursor) } }]),
        ...(query.search === undefined ? [] : [matching(query.search)]),
        ...(query.state === undefined ? [] : [await inState(query.state)]),
      ];
      const options = { orderBy: { id: 'desc' }, limit: query.limit + 1 } as const;
      const found = await deps.orm.em.fork().find(Webhook, { $and: where }, options);
      const written = await writeAll(found, deps.replicaReads.recent);
      return answerPage(written, query.limit, (webhook) => webhook);
    },
  });

  router.addShared({
    ...shared,
    path: '/api/dashboard/webhooks/{id}',
    operationId: 'getDashboardWebhook',
    summary: 'Get a webhook with its health',
    description: 'Also returns deleted webhooks.',
    scopes: ['webhooks:read'],
    errors: ['not_found'],
    request: { params: z.object({ id: Id }) },
    responses: { 200: { description: 'The webhook', content: content(DashboardWebhook) } },
    async handle({ c, principal }) {
      const id = requireId(c.req.param('id'), 'webhook');
      const found = await deps.orm.em
        .fork()
        .findOne(Webhook, { $and: [ownedBy(narrow(deps.registry, principal)), { id }] });
      if (!found) throw new AppError('not_found', 'there is no webhook with this id');
      return answerJson((await writeAll([found], deps.replicaReads.upToDate))[0]);
    },
  });

  async function writeAll(webhooks: Webhook[], read: ReplicaReads['recent']): Promise<DashboardWebhook[]> {
    if (webhooks.length === 0) return [];
    const from = startOfDay(new Date());
    const ids = webhooks.map(({ id }) => id);
    const [counts, lanes] = await Promise.all([
      read((reads) =>
        inSnapshot(reads, async (client) => ({
          health: new Map((await readWebhookHealth(client, ids, from)).map((one) => [one.id, one])),
          struggling: new Set(await findStruggling(client, lastHour(), ids)),
        })),
      ),
      readLanes(deps.reads, ids),
    ]);
    const day = { ...counts, from, lanes: new Map(lanes.map((lane) => [lane.webhook_id, lane])) };
    return webhooks.map((webhook) => writeDashboardWebhook(webhook, day, deps.secretBox));
  }

  async function inState(state: 'active' | 'paused' | 'off' | 'struggling') {
    if (state === 'off') return { active: false };
    if (state === 'paused') return { active: true, pausedAt: { $ne: null } };
    if (state === 'active') return { active: true, pausedAt: null };
    const struggling = await deps.replicaReads.recent((reads) =>
      inSnapshot(reads, (client) => findStruggling(client, lastHour(), null)),
    );
    return { active: true, id: { $in: struggling } };
  }
}

function lastHour(): Date {
  return new Date(Date.now() - HOUR_MS);
}

function ownedBy({ platform, orgId }: OwnerFilter) {
  return { ...(platform !== null && { platform }), ...(orgId !== null && { orgId }) };
}

function matching(text: string) {
  const pattern = containing(text);
  return { $or: [{ url: { $ilike: pattern } }, { description: { $ilike: pattern } }] };
}

/** An organization's position in the list, as a cursor. */
function writePlace({ org_id, platform }: { org_id: string; platform: string }): string {
  return Buffer.from(JSON.stringify([org_id, platform])).toString('base64url');
}

const Place = z.tuple([plainText(z.string()), plainText(z.string())]);

function readPlace(cursor: string) {
  const [org_id, platform] = parseOrNull(Buffer.from(cursor, 'base64url').toString()) ?? refuseCursor();
  return { org_id, platform };
}

function parseOrNull(json: string): z.output<typeof Place> | null {
  try {
    return Place.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
