import { queryOptions } from '@tanstack/svelte-query';
import type { Session } from '../../../../../core/contracts/session.ts';
import { api, ownerApi, read } from '../client.ts';
import { KEYS } from '../keys.ts';
import type { Owner } from '../session.ts';

/** The query parameters of the list of deliveries. */
export type DeliveryQuery = NonNullable<Parameters<typeof api.api.dashboard.deliveries.$get>[0]>['query'];

export function fetchDeliveries(query: DeliveryQuery, signal?: AbortSignal) {
  return read(api.api.dashboard.deliveries.$get({ query }, signal && { init: { signal } }));
}

export function deliveryCountQuery(query: DeliveryQuery) {
  return queryOptions({
    queryKey: [KEYS.deliveries, 'count', query],
    refetchInterval: 10_000,
    queryFn: ({ signal }) => read(api.api.dashboard.deliveries.count.$get({ query }, { init: { signal } })),
  });
}

export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: [KEYS.delivery, id],
    queryFn: ({ signal }) => read(api.api.dashboard.deliveries[':id'].$get({ param: { id } }, { init: { signal } })),
  });
}

interface OwnedDelivery extends Owner {
  id: string;
}

/** Retries a delivery now. `force` allows this for one that was delivered. */
export function retryDelivery(session: Session, delivery: OwnedDelivery, force = false) {
  return ownerApi(session, delivery).deliveries.retry(delivery.id, force ? { force } : {});
}

export function cancelDelivery(session: Session, delivery: OwnedDelivery) {
  return ownerApi(session, delivery).deliveries.cancel(delivery.id);
}
