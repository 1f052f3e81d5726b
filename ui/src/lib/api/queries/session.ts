import { queryOptions, type QueryClient } from '@tanstack/svelte-query';
import type { Session } from '../../../../../core/contracts/session.ts';
import { isPortal } from '../../portal/base.ts';
import { readPortalSession } from '../../portal/portal-session.ts';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import { ApiError } from '../../../../../clients/typescript/src/errors.ts';

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

/** How people sign in beside keys. */
export const signInMethodsQuery = queryOptions({
  queryKey: [KEYS.signInMethods],
  queryFn: async () => await read(api.api.session.methods.$get()),
});

/** The URL that begins single sign-on and comes back to the current page. */
export function writeSignOnUrl(startUrl: string): string {
  const url = new URL(startUrl);
  const { pathname, search, hash } = window.location;
  url.searchParams.set('return_to', pathname + search + hash);
  return url.href;
}

/** @throws ApiError 401 for a wrong key */
export async function signIn(queries: QueryClient, apiKey: string): Promise<void> {
  const session = await read(api.api.session.$post({ json: { api_key: apiKey } }));
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEYS.session });
  queries.setQueryData(sessionQuery.queryKey, session);
}

/** After single sign-on, it also opens the page of the identity provider that ends the session there. */
export async function signOut(queries: QueryClient): Promise<void> {
  const response = await api.api.session.$delete();
  if (response.status === 200) window.location.assign((await response.json()).end_session_url);
  forgetSession(queries);
}

/** Shows the sign-in page and removes all cached data. */
export function forgetSession(queries: QueryClient): void {
  if (!queries.getQueryData(sessionQuery.queryKey)) return;
  queries.setQueryData(sessionQuery.queryKey, null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEYS.session });
}
