import { ownerQuery } from '../../lib/api/owner-query.ts';
import type { EventQuery } from '../../lib/api/queries/events.ts';
import { readTimeRange, sinceOf, type TimeRange } from '../../lib/filters/time-range.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

/** What the list of events is narrowed to. */
export interface EventFilters extends TimeRange {
  owner: OwnerScope;
  event: string | null;
}

/** The filters that an address carries. */
export function readFilters(params: URLSearchParams, owner: OwnerScope): EventFilters {
  return { owner, event: params.get('event'), ...readTimeRange(params) };
}

/** The filters as the API takes them, ranges counted back from `now`. */
export function toQuery(filters: EventFilters, now: Date): EventQuery {
  const since = sinceOf(filters, now);
  return {
    ...ownerQuery(filters.owner),
    ...(filters.event && { event: filters.event }),
    ...(since && { since }),
    ...(filters.until && { until: filters.until }),
  };
}

/** Whether the list is narrowed, the owner left out. */
export function isNarrowed({ event, range, since, until }: EventFilters): boolean {
  return [event, range, since, until].some((value) => value !== null);
}
