import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../../core/domain/delivery.ts';
import { RECOVERABLE_STATUSES } from '../../../../core/domain/recovery.ts';
import type { DeliveryQuery } from '../../lib/api/queries/deliveries.ts';
import type { RecoveryFilter } from '../../lib/api/queries/recoveries.ts';
import { ownerQuery } from '../../lib/api/owner-query.ts';
import { readTimeRange, sinceOf, type TimeRange } from '../../lib/filters/time-range.ts';
import { readChoices } from '../../lib/router/params.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

export interface DeliveryFilters extends TimeRange {
  owner: OwnerScope;
  status: DeliveryStatus[];
  event: string | null;
  /** In the payload. */
  value: string | null;
  webhookId: string | null;
  eventId: string | null;
}

/** Reads the filters from the URL. */
export function readFilters(params: URLSearchParams, owner: OwnerScope): DeliveryFilters {
  return {
    owner,
    status: readChoices(params, 'status', DELIVERY_STATUSES),
    event: params.get('event'),
    value: params.get('q'),
    webhookId: params.get('webhook_id'),
    eventId: params.get('event_id'),
    ...readTimeRange(params),
  };
}

/** The query parameters for the filters. Ranges end at `now`. */
export function toQuery(filters: DeliveryFilters, now: Date): DeliveryQuery {
  const { status, event, value, webhookId, eventId, until } = filters;
  const since = sinceOf(filters, now);
  return {
    ...ownerQuery(filters.owner),
    ...(status.length > 0 && { status: status.join(',') }),
    ...(event && { event }),
    ...(value && { q: value }),
    ...(webhookId && { webhook_id: webhookId }),
    ...(eventId && { event_id: eventId }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

/**
 * The filter of a recovery of the listed deliveries: the selected statuses that allow a retry, or `failed` if none is selected. Null if
 * none of them allows a retry, or if the list shows a single event or the events with a value.
 */
export function toRecovery(filters: DeliveryFilters, now: Date): RecoveryFilter | null {
  if (filters.eventId ?? filters.value) return null;
  const chosen = filters.status.length > 0 ? filters.status : (['failed'] as const);
  const status = RECOVERABLE_STATUSES.filter((each) => (chosen as readonly DeliveryStatus[]).includes(each));
  if (status.length === 0) return null;
  const since = sinceOf(filters, now);
  return {
    ...ownerQuery(filters.owner),
    status,
    ...(filters.event && { event: filters.event }),
    ...(filters.webhookId && { webhook_id: filters.webhookId }),
    ...(since && { since }),
    ...(filters.until && { until: filters.until }),
  };
}

/** The number of active filters, not counting the owner. */
export function countFilters(filters: DeliveryFilters): number {
  const { status, event, value, webhookId, eventId, range, since, until } = filters;
  return [status.length > 0, event, value, webhookId, eventId, range ?? since ?? until].filter(Boolean).length;
}
