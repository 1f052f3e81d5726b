import { DeliveryRequest } from '../../core/contracts/delivery.ts';
import { AppError } from '../../core/contracts/errors.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { findDelivery } from '../../delivery/history/delivery.ts';
import { answerJson } from '../answers.ts';
import { requireScope } from '../auth/authorize.ts';
import { signHeaders } from '../dashboard/request-headers.ts';
import type { ApiDeps } from '../deps.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Router } from '../routing.ts';

/** For developers whose machine the workers cannot reach: `posthorn listen` sends the request on. */
export function addDeliveryRequestRoute(router: Router, deps: ApiDeps, platform: Platform): void {
  router.addForPlatform({
    platform,
    method: 'get',
    path: `${platform.apiBase}/webhooks/events/{id}/request`,
    scope: 'webhooks:write',
    tag: `${platform.label} deliveries`,
    operationId: operationId(platform, 'getDeliveryRequest'),
    summary: 'Get the request of a delivery',
    description:
      'The request that an attempt would make now, with valid signatures, to send it on to another receiver, such as one on the machine of a ' +
      "developer. Values of the webhook's own `headers` are redacted. Nothing is sent or recorded. The key needs `events:read` as well.",
    errors: ['not_found', 'webhook_deleted'],
    request: { params: pathParams(platform, 'id') },
    responses: { 200: { description: 'The request', content: content(DeliveryRequest) } },
    async handle({ c, principal, orgId }) {
      requireScope(principal, 'events:read');
      const id = requireId(c.req.param('id'), 'delivery');
      const row = await findDelivery(deps.reads, id, { platform: platform.id, orgId });
      if (!row) throw new AppError('not_found', 'there is no delivery with this id');
      if (row.webhook.deleted_at !== null) {
        throw new AppError(
          'webhook_deleted',
          'its webhook was deleted, and with it the secret that would sign the request',
        );
      }
      const headers = signHeaders(row, deps, new Date());
      if (headers === null) throw new AppError('internal_error', "the webhook's secret cannot be decrypted");
      const request: DeliveryRequest = { method: 'POST', url: row.webhook.url, headers, body: row.body };
      const response = answerJson(request);
      response.headers.set('Cache-Control', 'no-store');
      return response;
    },
  });
}
