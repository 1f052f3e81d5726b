import { RetryAnswer, RetryInput } from '../../core/contracts/delivery.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { requestRetry, type RetryResult } from '../../delivery/recover/retry.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerJson } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Router } from '../routing.ts';

const REFUSALS = {
  not_found: 'there is no delivery with this id',
  already_delivered: 'it was delivered already; send {"force": true} to send it again',
  webhook_paused: 'its webhook is paused: resume it, and everything that is held goes out',
  webhook_inactive: 'its webhook is turned off: turn it on first',
  waits_in_line: 'an earlier delivery with the same ordering key has not ended (waits_for): retry or cancel that one',
  webhook_deleted: 'its webhook was deleted: there is nowhere to send it',
} as const satisfies Partial<Record<RetryResult, string>>;

const CURRENT = 'select status, next_attempt_at from deliveries where id = ?';

export function addRetryRoute(router: Router, deps: ApiDeps, platform: Platform): void {
  router.addForPlatform({
    platform,
    method: 'post',
    path: `${platform.apiBase}/webhooks/events/{id}/retry`,
    scope: 'events:write',
    tag: `${platform.label} deliveries`,
    operationId: operationId(platform, 'retryDelivery'),
    summary: 'Send a delivery now',
    description:
      'In backoff it moves the next attempt to now and keeps the rest of the schedule; after the last attempt it starts the schedule ' +
      'again. Asking twice sends once.',
    errors: [
      'not_found',
      'already_delivered',
      'waits_in_line',
      'webhook_paused',
      'webhook_inactive',
      'webhook_deleted',
      ...BODY_ERRORS,
    ],
    request: { params: pathParams(platform, 'id'), body: { required: false, content: content(RetryInput) } },
    responses: { 202: { description: 'It goes out', content: content(RetryAnswer) } },
    async handle({ c, principal, orgId }) {
      const deliveryId = requireId(c.req.param('id'), 'delivery');
      const { force = false } = await readJson(c, RetryInput, { emptyAllowed: true });
      const answer = await inTransaction(deps.orm, async ({ em, execute }): Promise<RetryAnswer> => {
        const result = await requestRetry(execute, { deliveryId, platform: platform.id, orgId, force });
        if (result !== 'due' && result !== 'in_flight') throw new AppError(result, REFUSALS[result]);
        const details = { result, force };
        const entry = { actor: principal.name, platform: platform.id, orgId, subjectId: deliveryId, details };
        writeAuditEntry(em, { ...entry, action: 'delivery.retried' });
        const [row] = await execute(CURRENT, [deliveryId]);
        const { status, next_attempt_at: next } = row as {
          status: RetryAnswer['status'];
          next_attempt_at: Date | string | null;
        };
        const next_attempt_at = next === null ? null : new Date(next).toISOString();
        return { id: deliveryId, status, next_attempt_at, in_flight: result === 'in_flight' };
      });
      deps.changes.delivery(platform.id, orgId, deliveryId);
      return answerJson(answer, 202);
    },
  });
}
