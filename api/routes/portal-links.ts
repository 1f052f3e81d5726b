import { AppError } from '../../core/contracts/errors.ts';
import { PortalLink, PortalLinkInput } from '../../core/contracts/portal.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { newId } from '../../core/new-id.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerJson } from '../answers.ts';
import { readOrigin } from '../auth/cookie.ts';
import { storePortalLink } from '../auth/portal-sessions.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams } from '../paths.ts';
import type { Router } from '../routing.ts';

export function addPortalLinksRoute(router: Router, deps: ApiDeps, platform: Platform): void {
  router.addForPlatform({
    platform,
    method: 'post',
    path: `${platform.apiBase}/portal-links`,
    scope: 'admin',
    tag: `${platform.label} portal`,
    operationId: operationId(platform, 'createPortalLink'),
    summary: 'Create a portal link',
    description:
      'A URL that opens a dashboard of these webhooks and deliveries alone, once. Its session lasts 12 hours, and ends when the key ' +
      'that created the link is revoked. Show it in a tab, or in a frame of one of the origins in `POSTHORN_PORTAL_ORIGINS`.',
    errors: BODY_ERRORS,
    request: { params: pathParams(platform), body: { required: false, content: content(PortalLinkInput) } },
    responses: { 201: { description: 'The link', content: content(PortalLink) } },
    async handle({ c, principal, orgId }) {
      const { id: keyId } = principal;
      if (keyId === null)
        throw new AppError('forbidden', 'a portal link belongs to a key: create it with a key, not by single sign-on');
      const { expires_in, permissions, name, accent } = await readJson(c, PortalLinkInput, { emptyAllowed: true });
      const id = newId();
      const owner = { platform: platform.id, orgId };
      const link = { id, keyId, ...owner, permissions, name, accent, expiresIn: expires_in };
      const { token, expiresAt } = await inTransaction(deps.orm, async ({ em, execute }) => {
        const stored = await storePortalLink(execute, link);
        writeAuditEntry(em, {
          actor: principal.name,
          action: 'portal_link.created',
          ...owner,
          subjectId: id,
          details: { permissions, expires_in, ...(name !== undefined && { name }) },
        });
        return stored;
      });
      const url = `${deps.publicUrl ?? readOrigin(c)}/portal/${id}#${token}`;
      const answer = answerJson({ url, expires_at: expiresAt.toISOString() }, 201);
      answer.headers.set('Cache-Control', 'no-store');
      return answer;
    },
  });
}
