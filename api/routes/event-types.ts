import type { z } from 'zod';
import { EventTypeList } from '../../core/contracts/event.ts';
import { searchPathsOf, type EventType, type Platform } from '../../core/platforms/platform.ts';
import { answerText } from '../answers.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams } from '../paths.ts';
import type { Router } from '../routing.ts';

export function addEventTypesRoute(router: Router, platform: Platform): void {
  const list = JSON.stringify({ data: platform.eventTypes.map(describe), next_cursor: null });
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

function describe(eventType: EventType): z.infer<typeof EventTypeList>['data'][number] {
  const { type, description, schema, example } = eventType;
  return { type, description, schema: { ...schema }, example, search_paths: [...searchPathsOf(eventType)] };
}
