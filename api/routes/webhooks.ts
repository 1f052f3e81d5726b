import { LockMode } from '@mikro-orm/core';
import { changeOptions, describeEffects } from '../../core/options/index.ts';
import { newId } from '../../core/new-id.ts';
import { z } from 'zod';
import { AppError, invalidRequest } from '../../core/contracts/errors.ts';
import {
  NewWebhook,
  Webhook as WebhookAnswer,
  WebhookList,
  webhookInputs,
  type UpdateWebhook,
} from '../../core/contracts/webhook.ts';
import { writeAuditEntry, type AuditRecord } from '../../core/db/audit.ts';
import { Webhook } from '../../core/db/entities/webhook.ts';
import {
  activateWebhook,
  deactivateWebhook,
  deleteWebhook,
  pauseWebhook,
  resumeWebhook,
} from '../../delivery/pause/webhook-state.ts';
import { propagateState } from '../../delivery/pause/state-propagation.ts';
import type { Execute } from '../../core/db/execute.ts';
import { inTransaction, type Transaction } from '../../core/db/transaction.ts';
import { refuseUrl } from '../../delivery/guard/guard.ts';
import { generateSecret } from '../../delivery/attempt/sign.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerJson, answerPage, requireCursor } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson, readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Call, Router } from '../routing.ts';
import { applyUpdate, writeWebhook } from './webhook-fields.ts';

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
    errors: BODY_ERRORS,
    request: { params: pathParams(platform), body: { required: true, content: content(inputs.register) } },
    responses: { 201: { description: 'Registered', content: content(NewWebhook) } },
    async handle({ c, principal, orgId }) {
      const input = await readJson(c, inputs.register);
      checkUrl(deps, input.url);
      const secret = input.secret ?? generateSecret();
      const now = new Date();
      const webhook = await inTransaction(deps.orm, async ({ em }) => {
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
          options: changeOptions({}, input),
          deletedAt: null,
          createdAt: now,
          updatedAt: now,
        });
        em.persist(created);
        writeAuditEntry(
          em,
          entry(principal.name, 'webhook.registered', created, {
            url: input.url,
            events: input.events,
            active: created.active,
          }),
        );
        return created;
      });
      deps.changes.webhook(platform.id, orgId, webhook.id);
      return answerJson({ ...writeWebhook(webhook), secret }, 201);
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
      return answerPage(webhooks, limit, writeWebhook);
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
      return answerJson(writeWebhook(webhook ?? missing()));
    },
  });

  router.addForPlatform({
    ...one,
    method: 'put',
    scope: 'webhooks:write',
    operationId: operationId(platform, 'updateWebhook'),
    summary: 'Update a webhook',
    description:
      `Any of the fields. A new URL or secret takes effect from the next attempt on. ${describeEffects()} ` +
      '`active: false` cancels deliveries that are still to be sent.',
    errors: ['not_found', ...BODY_ERRORS],
    request: { params: pathParams(platform, 'id'), body: { required: true, content: content(inputs.update) } },
    responses: { 200: { description: 'The webhook', content: content(WebhookAnswer) } },
    async handle(call) {
      const where = whichOf(platform, call);
      const input = await readJson(call.c, inputs.update);
      if (input.url !== undefined) checkUrl(deps, input.url);
      return await change(call, where, 'webhook.updated', describeChange(input), async ({ em, execute }, webhook) => {
        const turns = input.active !== undefined && input.active !== webhook.active;
        applyUpdate(webhook, input, deps.secretBox);
        await em.flush();
        if (!turns) return;
        if (input.active) await activateWebhook(execute, webhook.id);
        else await deactivateWebhook(execute, webhook.id, REASON);
      });
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
        writeAuditEntry(em, entry(call.principal.name, 'webhook.deleted', webhook ?? missing()));
        await deleteWebhook(execute, where.id);
      });
      await propagate(where.id);
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
      handle: (call) =>
        change(call, whichOf(platform, call), done, {}, ({ execute }, webhook) => apply(execute, webhook.id)),
    });
  }

  /** The new state is already committed. If propagation fails here, the workers do it. */
  async function propagate(webhookId: string): Promise<void> {
    await propagateState(deps.pool, webhookId).catch((error: unknown) => {
      deps.log.warn({ err: error, webhook: webhookId }, 'state propagation failed: retrying');
    });
  }

  /** Locks and changes the webhook, adds an audit entry and returns the new state. */
  async function change(
    call: Call,
    where: { id: string },
    action: AuditRecord['action'],
    details: Record<string, unknown>,
    apply: (transaction: Transaction, webhook: Webhook) => Promise<void>,
  ): Promise<Response> {
    const webhook = await inTransaction(deps.orm, async (transaction) => {
      const { em } = transaction;
      const found = (await em.findOne(Webhook, where, { lockMode: LockMode.PESSIMISTIC_WRITE })) ?? missing();
      await apply(transaction, found);
      writeAuditEntry(em, entry(call.principal.name, action, found, details));
      await em.flush();
      return (await em.refresh(found)) ?? missing();
    });
    await propagate(webhook.id);
    deps.changes.webhook(webhook.platform, webhook.orgId, webhook.id);
    return answerJson(writeWebhook(webhook));
  }
}

function whichOf(platform: Platform, { c, orgId }: Call) {
  return { id: requireId(c.req.param('id'), 'webhook'), platform: platform.id, orgId, deletedAt: null };
}

function missing(): never {
  throw new AppError('not_found', 'there is no webhook with this id');
}

function checkUrl({ allowlist }: ApiDeps, url: string): void {
  const message = refuseUrl(url, allowlist);
  if (message !== null) throw invalidRequest([{ path: 'url', message }]);
}

/** The names of the changed fields, and the new values of those that decide which events the webhook gets. */
function describeChange(input: UpdateWebhook): Record<string, unknown> {
  const { active, events } = input;
  return { fields: Object.keys(input), ...(active !== undefined && { active }), ...(events && { events }) };
}

function entry(
  actor: string,
  action: AuditRecord['action'],
  webhook: Webhook,
  details?: Record<string, unknown>,
): AuditRecord {
  const { platform, orgId, id: subjectId } = webhook;
  return { actor, action, platform, orgId, subjectId, ...(details && { details }) };
}
