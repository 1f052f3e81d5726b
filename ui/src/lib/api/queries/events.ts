import { queryOptions } from '@tanstack/svelte-query';
import type { z } from 'zod';
import type { AcceptedEvent } from '../../../../../core/contracts/event.ts';
import type { Session } from '../../../../../core/contracts/session.ts';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import { fetchApi } from '../request.ts';
import { basesOf, type Owner } from '../session.ts';

/** The query parameters of the list of events. */
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

/** A request to emit an event. The body is kept as text so that its numbers are not reformatted. */
export interface Emission {
  body: string;
  idempotencyKey: string;
}

export interface Accepted extends z.infer<typeof AcceptedEvent> {
  /** The idempotency key was already used for this event, so nothing was created. */
  replayed: boolean;
}

/** @throws ApiError */
export async function emitEvent(session: Session, owner: Owner, emission: Emission): Promise<Accepted> {
  const response = await fetchApi(`${basesOf(session, owner).api}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(emission.idempotencyKey !== '' && { 'idempotency-key': emission.idempotencyKey }),
    },
    body: emission.body,
  });
  const accepted = (await response.json()) as z.infer<typeof AcceptedEvent>;
  return { ...accepted, replayed: response.headers.get('idempotent-replayed') === 'true' };
}
