import {
  AuditList,
  auditQuery,
  SystemHealth,
  UrlCheck,
  UrlCheckInput,
  type AuditEntry,
} from '../../core/contracts/dashboard/operation.ts';
import { listAuditEntries, type AuditRow } from '../../delivery/history/audit-log.ts';
import { answerJson, answerPage, requireCursor } from '../answers.ts';
import { isAdmin } from '../auth/authorize.ts';
import { narrow } from '../auth/visible.ts';
import { checkTarget } from '../dashboard/check-url.ts';
import { readHealth } from '../dashboard/health.ts';
import { knownOf } from '../dashboard/known.ts';
import { SharedReads } from '../dashboard/shared-reads.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson, readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import type { Router } from '../routing.ts';

/** How long health is cached for all dashboards. */
const HEALTH_LIFE_MS = 2_000;

export function addDashboardOperationRoutes(router: Router, deps: ApiDeps): void {
  const Query = auditQuery(knownOf(deps.registry));
  const health = new SharedReads<SystemHealth>(HEALTH_LIFE_MS);
  const tag = 'Dashboard';

  router.addShared({
    method: 'get',
    path: '/api/dashboard/health',
    tag,
    operationId: 'getSystemHealth',
    summary: 'Get the health of the database, Temporal and the workers',
    scopes: [],
    responses: { 200: { description: 'The health of each', content: content(SystemHealth) } },
    async handle({ principal }) {
      const read = await health.get('', () => readHealth(deps));
      if (isAdmin(principal)) return answerJson(read);
      return answerJson({ ...read, workers: read.workers.map((worker) => ({ ...worker, host: null, pid: null })) });
    },
  });

  router.addShared({
    method: 'get',
    path: '/api/dashboard/audit',
    tag,
    operationId: 'listAudit',
    summary: 'List the audit log',
    description: 'Newest first, of all platforms and organizations that the key may see.',
    scopes: ['admin'],
    errors: ['invalid_request', 'not_found'],
    request: { query: Query },
    responses: { 200: { description: 'A page of the audit log', content: content(AuditList) } },
    async handle({ c, principal }) {
      const query = readQuery(c, Query);
      const before = query.cursor === undefined ? undefined : requireCursor(query.cursor);
      const filter = {
        ...narrow(deps.registry, principal, query),
        subjectId: query.subject_id,
        action: query.action,
        before,
        limit: query.limit,
      };
      const rows = await deps.replicaReads.upToDate((reads) => listAuditEntries(reads, filter));
      return answerPage(rows, query.limit, describeEntry);
    },
  });

  router.addShared({
    method: 'post',
    path: '/api/dashboard/check-url',
    tag,
    operationId: 'checkUrl',
    summary: 'Check a webhook URL',
    description: 'Applies the rules of an attempt, including a DNS lookup.',
    scopes: ['webhooks:write'],
    errors: BODY_ERRORS,
    request: { body: { required: true, content: content(UrlCheckInput) } },
    responses: { 200: { description: 'Whether it is allowed, and why not', content: content(UrlCheck) } },
    async handle({ c }) {
      const { url } = await readJson(c, UrlCheckInput);
      const reason = await checkTarget(url, deps);
      return answerJson({ allowed: reason === null, reason });
    },
  });
}

function describeEntry(row: AuditRow): AuditEntry {
  return { ...row, at: row.at.toISOString(), org_id: row.org_id || null };
}
