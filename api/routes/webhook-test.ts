import { LockMode } from '@mikro-orm/core';
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../core/contracts/errors.ts';
import { WebhookTestAnswer, webhookTestInput } from '../../core/contracts/webhook.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { Webhook } from '../../core/db/entities/webhook.ts';
import { storeTestEvent, type TestEvent } from '../../delivery/accept/test-event.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { answerJson } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { currentTimestamp } from '../emission/timestamp.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Router } from '../routing.ts';

export function addWebhookTestRoute(router: Router, deps: ApiDeps, platform: Platform): void {
  const Input = webhookTestInput(platform.eventTypes.map(({ type }) => type));
  router.addForPlatform({
    platform,
    method: 'post',
    path: `${platform.apiBase}/${platform.webhooksPath}/{id}/test`,
    scope: 'webhooks:write',
    tag: `${platform.label} webhooks`,
    operationId: operationId(platform, 'testWebhook'),
    summary: 'Send a test event',
    description:
      "An event with its type's example data, for this webhook alone, whether it subscribes to the type or not. It is signed, " +
      'retried and kept like any other.',
    errors: ['not_found', 'webhook_paused', 'webhook_inactive', ...BODY_ERRORS],
    request: { params: pathParams(platform, 'id'), body: { required: false, content: content(Input) } },
    responses: { 202: { description: 'It goes out', content: content(WebhookTestAnswer) } },
    async handle({ c, principal, orgId }) {
      const id = requireId(c.req.param('id'), 'webhook');
      const { event: asked } = await readJson(c, Input, { emptyAllowed: true });
      const where = { id, platform: platform.id, orgId, deletedAt: null };
      const event = await inTransaction(deps.orm, async ({ em, execute }) => {
        const webhook = requireReady(await em.findOne(Webhook, where, { lockMode: LockMode.PESSIMISTIC_READ }));
        const made = makeEvent(platform, asked ?? webhook.events[0]!);
        await storeTestEvent(execute, webhook, made);
        const { eventId: event_id, deliveryId: delivery_id, eventType } = made;
        const entry = { actor: principal.name, platform: platform.id, orgId, subjectId: id };
        writeAuditEntry(em, {
          ...entry,
          action: 'webhook.tested',
          details: { event_id, delivery_id, event: eventType },
        });
        return made;
      });
      deps.metrics.countAccepted(platform.id, 1, 1);
      deps.changes.delivery(platform.id, orgId, event.deliveryId);
      const answer = { event_id: event.eventId, delivery_id: event.deliveryId, event: event.eventType };
      return answerJson(answer, 202);
    },
  });
}

function requireReady(webhook: Webhook | null): Webhook {
  if (!webhook) throw new AppError('not_found', 'there is no webhook with this id');
  if (!webhook.active) throw new AppError('webhook_inactive', 'it is turned off: turn it on first');
  if (webhook.pausedAt) throw new AppError('webhook_paused', 'it is paused: resume it first');
  return webhook;
}

function makeEvent(platform: Platform, eventType: string): TestEvent {
  const { example } = platform.eventTypes.find(({ type }) => type === eventType)!;
  const payload = { event: eventType, timestamp: currentTimestamp(), data: example };
  return { eventId: uuidv7(), deliveryId: uuidv7(), eventType, body: encodePhpJson(JSON.stringify(payload)) };
}
