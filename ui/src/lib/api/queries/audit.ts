import { queryOptions } from '@tanstack/svelte-query';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';

/** So many of the last deeds are shown beside what they were done to. */
const RECENT = '10';

/** Who did what to something, newest first. */
export function subjectAuditQuery(subjectId: string) {
  return queryOptions({
    queryKey: [KEYS.audit, 'subject', subjectId],
    queryFn: ({ signal }) => {
      const query = { subject_id: subjectId, limit: RECENT };
      return read(api.api.dashboard.audit.$get({ query }, { init: { signal } }));
    },
  });
}
