import { EventTypeList } from '../../core/contracts/event.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerText } from '../answers.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams } from '../paths.ts';
import type { Router } from '../routing.ts';

export function addEventTypesRoute(router: Router, platform: Platform): void {
  const list = JSON.stringify({ data: platform.eventTypes, next_cursor: null });
  router.addForPlatform({
    platform,
    method: 'get',
    path: `${platform.apiBase}/event-types`,
    scope: ['webhooks:read', 'events:read', 'events:write'],
    tag: `${platform.label} events`,
    operationId: operationId(platform, 'listEventTypes'),
    summary: 'List the event types',
    description: 'Each with a JSON Schema and an example of `data`. The schema documents; it refuses nothing.',
    request: { params: pathParams(platform) },
    responses: { 200: { description: 'All of them', content: content(EventTypeList) } },
    handle: () => Promise.resolve(answerText(list, 200)),
  });
}
