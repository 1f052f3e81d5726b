import { queryOptions, type QueryClient } from '@tanstack/svelte-query';
import type { Session } from '../../../../../core/contracts/session.ts';
import { isPortal } from '../../portal/base.ts';
import { readPortalSession } from '../../portal/portal-session.ts';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import { ApiError } from '../problem.ts';

/** The current session; null if signed out. */
export const sessionQuery = queryOptions({
  queryKey: [KEYS.session],
  staleTime: Infinity,
  gcTime: Infinity,
  queryFn: async (): Promise<Session | null> => {
    if (isPortal) return await readPortalSession();
    try {
      return await read(api.api.session.$get());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
});

/** @throws ApiError 401 for a wrong key */
export async function signIn(queries: QueryClient, apiKey: string): Promise<void> {
  const session = await read(api.api.session.$post({ json: { api_key: apiKey } }));
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEYS.session });
  queries.setQueryData(sessionQuery.queryKey, session);
}

export async function signOut(queries: QueryClient): Promise<void> {
  await api.api.session.$delete();
  forgetSession(queries);
}

/** Shows the sign-in page and removes all cached data. */
export function forgetSession(queries: QueryClient): void {
  if (!queries.getQueryData(sessionQuery.queryKey)) return;
  queries.setQueryData(sessionQuery.queryKey, null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEYS.session });
}
