import { keepPreviousData, queryOptions } from '@tanstack/svelte-query';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';

type AuditQuery = NonNullable<Parameters<typeof api.api.dashboard.audit.$get>[0]>['query'];

/** The live stream does not announce most audit entries, so every visit fetches them. */
const ALWAYS_STALE = 0;

/** How many recent entries a page shows about its subject. */
const RECENT = '10';

export function auditQuery(query: AuditQuery) {
  return queryOptions({
    queryKey: [KEYS.audit, query],
    placeholderData: keepPreviousData,
    staleTime: ALWAYS_STALE,
    queryFn: ({ signal }) => read(api.api.dashboard.audit.$get({ query }, { init: { signal } })),
  });
}

/** The audit entries about one subject, newest first. */
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
