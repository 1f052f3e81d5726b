import { keepPreviousData, queryOptions } from '@tanstack/svelte-query';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';

/** Organizations that have or had webhooks and whose id contains the search text. */
export function organizationsQuery(search: string) {
  return queryOptions({
    queryKey: [KEYS.organizations, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => read(api.api.dashboard.organizations.$get({ query: { search } }, { init: { signal } })),
  });
}
