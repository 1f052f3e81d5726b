import { queryOptions } from '@tanstack/svelte-query';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';

/** The query parameters of a list of events. */
export type EventQuery = NonNullable<Parameters<typeof api.api.dashboard.events.$get>[0]>['query'];

export function fetchEvents(query: EventQuery) {
  return read(api.api.dashboard.events.$get({ query }));
}

export function eventQuery(id: string) {
  return queryOptions({
    queryKey: [KEYS.event, id],
    queryFn: ({ signal }) => read(api.api.dashboard.events[':id'].$get({ param: { id } }, { init: { signal } })),
  });
}
