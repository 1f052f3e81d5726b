import { FilterTrial, filterTrialInput } from '../../core/contracts/dashboard/filter-trial.ts';
import { readRecentEvents } from '../../delivery/history/recent-events.ts';
import { answerJson } from '../answers.ts';
import { hasScope } from '../auth/authorize.ts';
import { narrow } from '../auth/visible.ts';
import { knownOf } from '../dashboard/known.ts';
import { readFilterText, tryEvent, tryExample } from '../dashboard/try-filter.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import type { Router } from '../routing.ts';

const MOST_EVENTS = 10;

export function addDashboardFilterRoutes(router: Router, deps: ApiDeps): void {
  const Input = filterTrialInput(knownOf(deps.registry));

  router.addShared({
    method: 'post',
    path: '/api/dashboard/filter-trial',
    tag: 'Dashboard',
    operationId: 'tryFilter',
    summary: 'Try a filter',
    description: "On the event types' examples and on the owner's last ten events of these types. Stores nothing.",
    scopes: ['webhooks:read', 'webhooks:write'],
    errors: ['not_found', ...BODY_ERRORS],
    request: { body: { required: true, content: content(Input) } },
    responses: { 200: { description: 'What matches, and what is wrong', content: content(FilterTrial) } },
    async handle({ c, principal }) {
      const { platform, org_id, events: types, filter } = await readJson(c, Input);
      const { orgId } = narrow(deps.registry, principal, { platform, org_id });
      const read = readFilterText(filter);
      if ('problems' in read) return answerJson({ problems: read.problems, examples: [], events: [] });
      const { condition } = read;
      const mayRead = hasScope(principal, 'events:read');
      const recent =
        mayRead && orgId !== null && types.length > 0
          ? await readRecentEvents(deps.reads, { platform, orgId }, types, MOST_EVENTS)
          : [];
      const trial: FilterTrial = {
        problems: [],
        examples: deps.registry[platform]!.eventTypes.filter(({ type }) => types.includes(type)).map((eventType) =>
          tryExample(condition, eventType),
        ),
        events: mayRead ? recent.map((event) => tryEvent(condition, event)) : null,
      };
      return answerJson(trial);
    },
  });
}
