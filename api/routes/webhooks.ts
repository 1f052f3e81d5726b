import { LockMode } from '@mikro-orm/core';
import { describeEffects } from '../../core/options/index.ts';
import { newId } from '../../core/new-id.ts';
import { z } from 'zod';
import { AppError } from '../../core/contracts/errors.ts';
import {
  NewWebhook,
  Webhook as WebhookAnswer,
  WebhookList,
  webhookInputs,
  type UpdateWebhook,
} from '../../core/contracts/webhook.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { Webhook } from '../../core/db/entities/webhook.ts';
import {
  activateWebhook,
  deactivateWebhook,
  deleteWebhook,
  pauseWebhook,
  resumeWebhook,
} from '../../delivery/pause/webhook-state.ts';
import { storeFilterPath } from '../../delivery/accept/store-filter.ts';
import type { Execute } from '../../core/db/execute.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { endRotation } from '../../delivery/attempt/rotate-secret.ts';
import { generateSecret } from '../../delivery/attempt/sign.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerJson, answerPage, requireCursor } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson, readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams } from '../paths.ts';
import type { Router } from '../routing.ts';
import { changeWebhook, describeAction, missing, propagate, whichOf } from './change-webhook.ts';
import { applyUpdate, changeGivenOptions, checkInput, writeFilter, writeWebhook } from './webhook-fields.ts';

const ListQuery = z.object({
  limit: z
    .string()
    .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000, {
      error: 'must be a whole number from 1 to 1000',
    })
    .transform(Number)
    .default(1000)
    .meta({ type: 'integer', minimum: 1, maximum: 1000, default: 1000, description: 'webhooks on a page' }),
  cursor: z.string().optional().meta({ description: '`next_cursor` of the page before' }),
});

const COUNT = `
  select count(*)::int as webhooks from webhooks where platform = ? and org_id = ? and deleted_at is null`;

const REASON = 'as asked for through the API';

export function addWebhookRoutes(router: Router, deps: ApiDeps, platform: Platform): void {
  const path = `${platform.apiBase}/${platform.webhooksPath}`;
  const inputs = webhookInputs(platform.eventTypes.map(({ type }) => type));
  const shared = { platform, tag: `${platform.label} webhooks` };
  const one = { ...shared, path: `${path}/{id}`, errors: ['not_found'] as const };

  router.addForPlatform({
    ...shared,
    method: 'post',
    path,
    scope: 'webhooks:write',
    operationId: operationId(platform, 'registerWebhook'),
    summary: 'Register a webhook',
    description: 'Only this response contains the secret: store it.',
    errors: [...BODY_ERRORS, ...(platform.mostWebhooks === undefined ? [] : (['too_many_webhooks'] as const))],
    request: { params: pathParams(platform), body: { required: true, content: content(inputs.register) } },
    responses: { 201: { description: 'Registered', content: content(NewWebhook) } },
    async handle({ c, principal, orgId }) {
      const input = await readJson(c, inputs.register, { exact: 'filter' });
      checkInput(deps, input);
      const secret = input.secret ?? generateSecret();
      const now = new Date();
      const webhook = await inTransaction(deps.orm, async ({ em, execute }) => {
        if (platform.mostWebhooks !== undefined) await requireFewer(execute, platform.mostWebhooks, platform.id, orgId);
        const created = em.create(Webhook, {
          id: newId(),
          platform: platform.id,
          orgId,
          url: input.url,
          secret: deps.secretBox.seal(secret),
          events: input.events,
          description: input.description ?? null,
          active: input.active ?? true,
          inactiveReason: input.active === false ? REASON : null,
          pausedAt: null,
          pausedReason: null,
          options: changeGivenOptions({}, input, deps.secretBox),
          filter: writeFilter(input.filter),
          deletedAt: null,
          createdAt: now,
          updatedAt: now,
        });
        em.persist(created);
        writeAuditEntry(
          em,
          describeAction(principal.name, 'webhook.registered', created, {
            url: input.url,
            events: input.events,
            active: created.active,
            ...(input.filter && { filter: created.filter }),
          }),
        );
        await em.flush();
        if (input.filter) await storeFilterPath(execute, created.id, input.filter);
        return created;
      });
      deps.changes.webhook(platform.id, orgId, webhook.id);
      return answerJson({ ...writeWebhook(webhook, deps.secretBox), secret }, 201);
    },
  });

  router.addForPlatform({
    ...shared,
    method: 'get',
    path,
    scope: 'webhooks:read',
    operationId: operationId(platform, 'listWebhooks'),
    summary: 'List webhooks',
    errors: ['invalid_request'],
    request: { params: pathParams(platform), query: ListQuery },
    responses: { 200: { description: 'Newest first', content: content(WebhookList) } },
    async handle({ c, orgId }) {
      const { limit, cursor } = readQuery(c, ListQuery);
      const before = cursor === undefined ? {} : { id: { $lt: requireCursor(cursor) } };
      const where = { platform: platform.id, orgId, deletedAt: null, ...before };
      const webhooks = await deps.orm.em.fork().find(Webhook, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
      return answerPage(webhooks, limit, (webhook) => writeWebhook(webhook, deps.secretBox));
    },
  });

  router.addForPlatform({
    ...one,
    method: 'get',
    scope: 'webhooks:read',
    operationId: operationId(platform, 'getWebhook'),
    summary: 'Get a webhook',
    request: { params: pathParams(platform, 'id') },
    responses: { 200: { description: 'The webhook', content: content(WebhookAnswer) } },
    async handle(call) {
      const webhook = await deps.orm.em.fork().findOne(Webhook, whichOf(platform, call));
      return answerJson(writeWebhook(webhook ?? missing(), deps.secretBox));
    },
  });

  router.addForPlatform({
    ...one,
    method: 'put',
    scope: 'webhooks:write',
    operationId: operationId(platform, 'updateWebhook'),
    summary: 'Update a webhook',
    description:
      `Any of the fields. A new URL or secret takes effect from the next attempt on. A new secret also ends a rotation. ` +
      `${describeEffects()} ` +
      '`active: false` cancels deliveries that are still to be sent.',
    errors: ['not_found', ...BODY_ERRORS],
    request: { params: pathParams(platform, 'id'), body: { required: true, content: content(inputs.update) } },
    responses: { 200: { description: 'The webhook', content: content(WebhookAnswer) } },
    async handle(call) {
      const where = whichOf(platform, call);
      const input = await readJson(call.c, inputs.update, { exact: 'filter' });
      checkInput(deps, input);
      const changed = await changeWebhook(deps, {
        call,
        where,
        action: 'webhook.updated',
        async apply({ em, execute }, webhook) {
          const turns = input.active !== undefined && input.active !== webhook.active;
          applyUpdate(webhook, input, deps.secretBox);
          if (input.secret !== undefined) await endRotation(execute, webhook.id);
          await em.flush();
          if (input.filter !== undefined) await storeFilterPath(execute, webhook.id, input.filter);
          if (turns && input.active) await activateWebhook(execute, webhook.id);
          else if (turns) await deactivateWebhook(execute, webhook.id, REASON);
          return describeChange(input);
        },
      });
      return answerJson(writeWebhook(changed, deps.secretBox));
    },
  });

  router.addForPlatform({
    ...one,
    method: 'delete',
    scope: 'webhooks:write',
    operationId: operationId(platform, 'deleteWebhook'),
    summary: 'Delete a webhook',
    description: 'Its history stays readable; unfinished deliveries are cancelled.',
    request: { params: pathParams(platform, 'id') },
    responses: { 204: { description: 'Deleted' } },
    async handle(call) {
      const where = whichOf(platform, call);
      await inTransaction(deps.orm, async ({ em, execute }) => {
        const webhook = await em.findOne(Webhook, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
        writeAuditEntry(em, describeAction(call.principal.name, 'webhook.deleted', webhook ?? missing()));
        await deleteWebhook(execute, where.id);
      });
      await propagate(deps, where.id);
      deps.changes.webhook(platform.id, where.orgId, where.id);
      return new Response(null, { status: 204 });
    },
  });

  const states = [
    {
      name: 'pause',
      done: 'webhook.paused',
      apply: (execute: Execute, id: string) => pauseWebhook(execute, id, REASON),
      description: 'Its deliveries are held and sent on resume.',
    },
    {
      name: 'resume',
      done: 'webhook.resumed',
      apply: resumeWebhook,
      description: 'Held deliveries are sent, oldest first, before newer events.',
    },
  ] as const;
  for (const { name, done, apply, description } of states) {
    router.addForPlatform({
      ...one,
      method: 'post',
      path: `${path}/{id}/${name}`,
      scope: 'webhooks:write',
      operationId: operationId(platform, `${name}Webhook`),
      summary: name === 'pause' ? 'Pause a webhook' : 'Resume a webhook',
      description: `${description} Repeating it changes nothing.`,
      request: { params: pathParams(platform, 'id') },
      responses: { 200: { description: 'The webhook', content: content(WebhookAnswer) } },
      async handle(call) {
        const changed = await changeWebhook(deps, {
          call,
          where: whichOf(platform, call),
          action: done,
          async apply({ execute }, webhook) {
            await apply(execute, webhook.id);
            return {};
          },
        });
        return answerJson(writeWebhook(changed, deps.secretBox));
      },
    });
  }
}

/** One registration of an owner at a time counts. @throws AppError too_many_webhooks */
async function requireFewer(execute: Execute, most: number, platform: string, orgId: string): Promise<void> {
  await execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`webhooks of ${platform} ${orgId}`]);
  const [row] = await execute(COUNT, [platform, orgId]);
  if ((row!['webhooks'] as number) < most) return;
  const detail = `there are ${most} webhooks already, and there may be no more; delete one first`;
  throw new AppError('too_many_webhooks', detail);
}

/** The names of the changed fields, and the new values of those that decide which events the webhook gets. */
function describeChange(input: UpdateWebhook): Record<string, unknown> {
  const { active, events, filter } = input;
  return {
    fields: Object.keys(input),
    ...(active !== undefined && { active }),
    ...(events && { events }),
    ...(filter !== undefined && { filter: writeFilter(filter) }),
  };
}
