import { ownerQuery } from '../../lib/api/owner-query.ts';
import type { EventQuery } from '../../lib/api/queries/events.ts';
import { readTimeRange, sinceOf, type TimeRange } from '../../lib/filters/time-range.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

export interface EventFilters extends TimeRange {
  owner: OwnerScope;
  event: string | null;
  /** In the payload. */
  value: string | null;
}

/** Reads the filters from the URL. */
export function readFilters(params: URLSearchParams, owner: OwnerScope): EventFilters {
  return { owner, event: params.get('event'), value: params.get('q'), ...readTimeRange(params) };
}

/** The query parameters for the filters. Ranges end at `now`. */
export function toQuery(filters: EventFilters, now: Date): EventQuery {
  const since = sinceOf(filters, now);
  return {
    ...ownerQuery(filters.owner),
    ...(filters.event && { event: filters.event }),
    ...(filters.value && { q: filters.value }),
    ...(since && { since }),
    ...(filters.until && { until: filters.until }),
  };
}

/** Whether any filter is active, not counting the owner. */
export function isNarrowed({ event, value, range, since, until }: EventFilters): boolean {
  return [event, value, range, since, until].some((value) => value !== null);
}
