import { z } from 'zod';
import { LiveEvent } from '../../core/contracts/dashboard/operation.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { identify } from '../auth/authorize.ts';
import type { ApiDeps } from '../deps.ts';
import type { Router } from '../routing.ts';

export function addLiveRoute(router: Router, deps: ApiDeps): void {
  router.addShared({
    method: 'get',
    path: '/api/dashboard/live',
    tag: 'Dashboard',
    operationId: 'watch',
    summary: 'Stream changes',
    description:
      'Server-sent events: `change` with a LiveChange as its data, at most two a second, and `reset` when changes may have been ' +
      'missed. It goes on after `Last-Event-ID` where that is known.',
    scopes: ['events:read', 'webhooks:read'],
    errors: ['overloaded'],
    request: { headers: z.object({ 'Last-Event-ID': z.string().max(200).optional() }) },
    responses: {
      200: {
        description: 'The stream; the schema describes one event',
        content: { 'text/event-stream': { schema: LiveEvent } },
      },
    },
    handle({ c, principal }) {
      const again = async () => {
        try {
          return await identify(deps, c);
        } catch (error) {
          if (error instanceof AppError) return null;
          throw error;
        }
      };
      const stream = deps.live.open(principal, again, c.req.header('last-event-id'));
      const headers = {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      };
      return new Response(stream, { headers });
    },
  });
}
