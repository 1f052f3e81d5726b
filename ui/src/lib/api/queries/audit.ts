import { keepPreviousData, queryOptions } from '@tanstack/svelte-query';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';

type AuditQuery = NonNullable<Parameters<typeof api.api.dashboard.audit.$get>[0]>['query'];

/** Much is noted of which the live stream says nothing: it is asked for at each visit. */
const ALWAYS_STALE = 0;

/** So many of the last entries are shown beside what they were done to. */
const RECENT = '10';

export function auditQuery(query: AuditQuery) {
  return queryOptions({
    queryKey: [KEYS.audit, query],
    placeholderData: keepPreviousData,
    staleTime: ALWAYS_STALE,
    queryFn: ({ signal }) => read(api.api.dashboard.audit.$get({ query }, { init: { signal } })),
  });
}

/** Who did what to something, newest first. */
export function subjectAuditQuery(subjectId: string) {
  return queryOptions({
    queryKey: [KEYS.audit, 'subject', subjectId],
    staleTime: ALWAYS_STALE,
    queryFn: ({ signal }) => {
      const query = { subject_id: subjectId, limit: RECENT };
      return read(api.api.dashboard.audit.$get({ query }, { init: { signal } }));
    },
  });
}
