import type { Range } from '../../../../core/contracts/dashboard/overview.ts';
import { RANGE_VALUES, RANGES } from '../ranges.ts';
import { readChoice } from '../router/params.ts';

/** The time filter of a list. */
export interface TimeRange {
  /** A range that ends now; null for fixed times or no filter. */
  range: Range | null;
  /** ISO 8601. */
  since: string | null;
  until: string | null;
}

/** Reads the time filter from the URL. A range takes precedence over fixed times. */
export function readTimeRange(params: URLSearchParams): TimeRange {
  const range = readChoice(params, 'range', RANGE_VALUES, null);
  return {
    range,
    since: range ? null : readMoment(params.get('since')),
    until: range ? null : readMoment(params.get('until')),
  };
}

/** The start as ISO 8601. Ranges end at `now`. */
export function sinceOf({ range, since }: Pick<TimeRange, 'range' | 'since'>, now: Date): string | null {
  const seconds = RANGES.find(({ value }) => value === range)?.seconds;
  return seconds === undefined ? since : new Date(now.getTime() - seconds * 1000).toISOString();
}

function readMoment(text: string | null): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
