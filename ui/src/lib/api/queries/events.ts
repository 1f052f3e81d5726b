import { queryOptions } from '@tanstack/svelte-query';
import type { AcceptedEvent } from '../../../../../clients/typescript/src/types.ts';
import type { Session } from '../../../../../core/contracts/session.ts';
import { api, posthorn, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import { basePathOf, type Owner } from '../session.ts';

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

export interface Accepted extends AcceptedEvent {
  /** The idempotency key was already used for this event, so nothing was created. */
  replayed: boolean;
}

/** @throws ApiError, ConnectionError */
export async function emitEvent(session: Session, owner: Owner, emission: Emission): Promise<Accepted> {
  const { body, idempotencyKey } = emission;
  let replayed = false;
  const accepted = await posthorn.call('POST', `${basePathOf(session, owner)}/events`, {
    body,
    headers: idempotencyKey === '' ? {} : { 'Idempotency-Key': idempotencyKey },
    onHeaders: (headers) => (replayed = headers.get('idempotent-replayed') === 'true'),
  });
  return { ...(accepted as AcceptedEvent), replayed };
}
