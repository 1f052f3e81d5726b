import { keepPreviousData, queryOptions } from '@tanstack/svelte-query';
import type { Range } from '../../../../../core/contracts/dashboard/overview.ts';
import type { OwnerScope } from '../../scope.svelte.ts';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import { ownerQuery } from '../owner-query.ts';

/** How often to fetch counts that change as time passes. */
const MOVE_ON_MS = 30_000;

export function overviewQuery(owner: OwnerScope, range: Range) {
  return queryOptions({
    queryKey: [KEYS.overview, owner, range],
    placeholderData: keepPreviousData,
    refetchInterval: MOVE_ON_MS,
    queryFn: ({ signal }) =>
      read(api.api.dashboard.overview.$get({ query: { range, ...ownerQuery(owner) } }, { init: { signal } })),
  });
}

export const healthQuery = queryOptions({
  queryKey: [KEYS.health],
  refetchInterval: 10_000,
  queryFn: ({ signal }) => read(api.api.dashboard.health.$get({}, { init: { signal } })),
});
