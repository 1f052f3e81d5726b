import { z } from 'zod';
import { Id } from '../../core/contracts/common.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { PortalOpening } from '../../core/contracts/portal.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { answerJson } from '../answers.ts';
import { identify } from '../auth/authorize.ts';
import { readPortalCookie, requireOwnOrigin, writePortalCookie } from '../auth/cookie.ts';
import { openPortalLink } from '../auth/portal-sessions.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import type { Router } from '../routing.ts';
import { writeSession } from './session.ts';

const PATH = '/api/session';
const COOKIE = { description: 'the session', schema: { type: 'string' as const } };

/** The session of a portal. A link is opened by the page that it leads to, so that reading the page alone does not use it up. */
export function addPortalSessionRoutes(router: Router, deps: ApiDeps): void {
  router.addPublic({
    method: 'post',
    path: `/portal/{link}${PATH}`,
    tag: 'Session',
    operationId: 'openPortal',
    summary: 'Open a portal link',
    description:
      'Works once. The session lasts for 12 hours, and ends when the key that created the link is revoked. Below `/portal/{link}` it ' +
      'may call the routes that its dashboard needs.',
    errors: ['forbidden', 'not_found', ...BODY_ERRORS, 'internal_error', 'unavailable'],
    request: { params: z.object({ link: Id }), body: { required: true, content: content(PortalOpening) } },
    responses: { 204: { description: 'Opened', headers: { 'Set-Cookie': COOKIE } } },
    async handle(c) {
      if (c.req.header('origin') !== undefined) requireOwnOrigin(c);
      const link = c.req.param('link')!;
      const { token, framed = false } = await readJson(c, PortalOpening);
      const opened = await inTransaction(deps.orm, async ({ em, execute }) => {
        const found = await openPortalLink(execute, link, token);
        if (!found) throw new AppError('not_found', 'this link does not exist, was used already, or has expired');
        const { actor, platform, orgId } = found;
        writeAuditEntry(em, { actor, action: 'portal_link.opened', platform, orgId, subjectId: link });
        return found;
      });
      const cookie = writePortalCookie(c, link, opened.sessionToken, framed);
      return new Response(null, { status: 204, headers: { 'Set-Cookie': cookie, 'Cache-Control': 'no-store' } });
    },
  });

  router.addForPortals({
    method: 'get',
    path: PATH,
    async handle(c) {
      const answer = answerJson(writeSession(deps, await identify(deps, c)));
      answer.headers.set('Cache-Control', 'no-store');
      return answer;
    },
  });

  router.addForPortals({
    method: 'delete',
    path: PATH,
    async handle(c, link) {
      const token = readPortalCookie(c);
      if (token !== undefined) {
        requireOwnOrigin(c);
        await deps.portals.close(link, token);
      }
      return new Response(null, { status: 204 });
    },
  });
}
