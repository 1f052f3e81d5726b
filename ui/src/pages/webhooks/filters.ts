import { ownerQuery } from '../../lib/api/owner-query.ts';
import type { WebhookQuery } from '../../lib/api/queries/webhooks.ts';
import { readChoice } from '../../lib/router/params.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

export const STATE_FILTERS = ['active', 'struggling', 'paused', 'off'] as const;

export interface WebhookFilters {
  owner: OwnerScope;
  state: (typeof STATE_FILTERS)[number] | null;
  search: string;
  cursor: string | null;
}

/** Reads the filters from the URL. */
export function readFilters(params: URLSearchParams, owner: OwnerScope): WebhookFilters {
  return {
    owner,
    state: readChoice(params, 'state', STATE_FILTERS, null),
    search: params.get('search') ?? '',
    cursor: params.get('cursor'),
  };
}

/** The query parameters for the filters. */
export function toQuery({ owner, state, search, cursor }: WebhookFilters): WebhookQuery {
  return {
    ...ownerQuery(owner),
    ...(state && { state }),
    ...(search && { search }),
    ...(cursor && { cursor }),
  };
}

/** Whether any filter is active, not counting the owner. */
export function isNarrowed({ state, search }: WebhookFilters): boolean {
  return state !== null || search !== '';
}
