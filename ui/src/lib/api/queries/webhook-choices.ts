import { queryOptions } from '@tanstack/svelte-query';
import type { OwnerScope } from '../../scope.svelte.ts';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import { ownerQuery } from '../owner-query.ts';

/** The maximum number of webhooks to choose from. */
const MOST = '200';

/** The owner's webhooks, to choose from. */
export function webhookChoicesQuery(owner: OwnerScope) {
  return queryOptions({
    queryKey: [KEYS.webhooks, 'choices', owner],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const query = { ...ownerQuery(owner), limit: MOST };
      const { data } = await read(api.api.dashboard.webhooks.$get({ query }, { init: { signal } }));
      return data.map(({ id, url }) => ({ id, url }));
    },
  });
}
