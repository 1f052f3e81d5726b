import { randomInt } from 'node:crypto';
import { newId } from '../../core/new-id.ts';
import { z } from 'zod';
import { Id } from '../../core/contracts/common.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { ApiKeyList, keyInput, NewApiKey, type ApiKey as ApiKeyAnswer, type Scope } from '../../core/contracts/key.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { databaseTime } from '../../core/db/clock-doubt.ts';
import { ApiKey } from '../../core/db/entities/api-key.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { hasOrganizations } from '../../core/platforms/platform.ts';
import { answerJson } from '../answers.ts';
import { hashKey } from '../auth/key-ring.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { requireId } from '../paths.ts';
import type { Router } from '../routing.ts';

const PATH = '/api/admin/keys';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function addKeyRoutes(router: Router, deps: ApiDeps): void {
  const platforms = Object.values(deps.registry);
  const organizational = platforms.filter(hasOrganizations).map(({ id }) => id);
  const Input = keyInput(
    platforms.map(({ id }) => id),
    organizational,
  );

  router.addAdmin({
    method: 'post',
    path: PATH,
    tag: 'Keys',
    operationId: 'createKey',
    summary: 'Create a key',
    description: 'The key is shown in this answer only. With `expires_in`, it stops working after that many seconds.',
    errors: BODY_ERRORS,
    request: { body: { required: true, content: content(Input) } },
    responses: { 201: { description: 'Created', content: content(NewApiKey) } },
    async handle({ c, principal }) {
      const input = await readJson(c, Input);
      const key = `ph_${Array.from({ length: 40 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
      const created = await inTransaction(deps.orm, async ({ em, execute }) => {
        const now = new Date(await databaseTime(execute));
        const entity = em.create(ApiKey, {
          id: newId(),
          name: input.name,
          platform: input.platform ?? null,
          orgId: input.org_id ?? null,
          scopes: input.scopes,
          hash: hashKey(key),
          hint: key.slice(0, 7),
          createdAt: now,
          expiresAt: input.expires_in ? new Date(now.getTime() + input.expires_in * 1000) : null,
          lastUsedAt: null,
          revokedAt: null,
        });
        em.persist(entity);
        const { id: subjectId, platform, orgId } = entity;
        const expiry = entity.expiresAt && { expires_at: entity.expiresAt.toISOString() };
        const details = { name: input.name, scopes: input.scopes, ...expiry };
        writeAuditEntry(em, {
          actor: principal.name,
          action: 'key.created',
          platform: platform!,
          orgId: orgId!,
          subjectId,
          details,
        });
        return entity;
      });
      return answerJson({ ...writeKey(created), key }, 201);
    },
  });

  router.addAdmin({
    method: 'get',
    path: PATH,
    tag: 'Keys',
    operationId: 'listKeys',
    summary: 'List keys',
    description: 'All of them, newest first, revoked ones as well.',
    responses: { 200: { description: 'The keys, without what they are', content: content(ApiKeyList) } },
    async handle() {
      const keys = await deps.orm.em.fork().find(ApiKey, {}, { orderBy: { id: 'desc' } });
      return answerJson({ data: keys.map(writeKey), next_cursor: null });
    },
  });

  router.addAdmin({
    method: 'delete',
    path: `${PATH}/{id}`,
    tag: 'Keys',
    operationId: 'revokeKey',
    summary: 'Revoke a key',
    description: 'It stops working at once, and the sessions of its portal links end.',
    errors: ['not_found'],
    request: { params: z.object({ id: Id }) },
    responses: { 204: { description: 'Revoked' } },
    async handle({ c, principal }) {
      const id = requireId(c.req.param('id'), 'key');
      await inTransaction(deps.orm, async ({ em, execute }) => {
        const key = await em.findOne(ApiKey, { id, revokedAt: null });
        if (!key) throw new AppError('not_found', 'there is no key with this id, or it was revoked already');
        key.revokedAt = new Date();
        const { name, platform = null, orgId = null } = key;
        writeAuditEntry(em, {
          actor: principal.name,
          action: 'key.revoked',
          platform,
          orgId,
          subjectId: id,
          details: { name },
        });
        await em.flush();
        await execute(`select pg_notify('posthorn_keys', '')`);
      });
      deps.keys.forget();
      deps.portals.forget();
      return new Response(null, { status: 204 });
    },
  });
}

function writeKey(key: ApiKey): ApiKeyAnswer {
  return {
    id: key.id,
    name: key.name,
    platform: key.platform ?? null,
    org_id: key.orgId ?? null,
    scopes: key.scopes as Scope[],
    hint: key.hint,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
