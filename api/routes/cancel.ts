import { setTimeout as sleep } from 'node:timers/promises';
import { CancelAnswer } from '../../core/contracts/delivery.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { cancelDelivery, type CancelResult } from '../../delivery/recover/cancel.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerJson } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Call, Router } from '../routing.ts';

const REFUSALS = {
  not_found: 'there is no delivery with this id',
  already_ended: 'it has ended already: there is nothing to cancel',
  attempt_in_flight: 'an attempt is being made right now; ask again when it has ended',
} as const;

/** How long to wait for the end of an attempt in flight. */
const PATIENCE_MS = 2_000;
const POLL_MS = 100;

export function addCancelRoute(router: Router, deps: ApiDeps, platform: Platform): void {
  router.addForPlatform({
    platform,
    method: 'post',
    path: `${platform.apiBase}/webhooks/events/{id}/cancel`,
    scope: 'events:write',
    tag: `${platform.label} deliveries`,
    operationId: operationId(platform, 'cancelDelivery'),
    summary: 'Cancel a delivery',
    description: 'No further attempts are made. A retry starts it again.',
    errors: ['not_found', 'already_ended', 'attempt_in_flight'],
    request: { params: pathParams(platform, 'id') },
    responses: { 200: { description: 'Cancelled', content: content(CancelAnswer) } },
    async handle(call) {
      const id = requireId(call.c.req.param('id'), 'delivery');
      const deadline = performance.now() + PATIENCE_MS;
      let result = await cancel(call, id);
      while (result.kind === 'attempt_in_flight' && performance.now() < deadline) {
        await sleep(POLL_MS);
        result = await cancel(call, id);
      }
      if (result.kind !== 'cancelled') throw new AppError(result.kind, REFUSALS[result.kind]);
      deps.changes.delivery(platform.id, call.orgId, id);
      // The workflow of a group also serves other deliveries. It notices the cancellation on its next run.
      if (result.workflowId === id) deps.workflows.cancel(id);
      return answerJson({ id, status: 'cancelled' });
    },
  });

  async function cancel({ principal, orgId }: Call, deliveryId: string): Promise<CancelResult> {
    const owner = { platform: platform.id, orgId };
    return await inTransaction(deps.orm, async ({ em, execute }) => {
      const reason = `cancelled by ${principal.name}`;
      const result = await cancelDelivery(execute, { ...owner, deliveryId, reason });
      if (result.kind === 'cancelled') {
        writeAuditEntry(em, { ...owner, actor: principal.name, action: 'delivery.cancelled', subjectId: deliveryId });
      }
      return result;
    });
  }
}
