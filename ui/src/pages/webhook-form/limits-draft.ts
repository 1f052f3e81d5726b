import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { DEFAULT_LANE_LIMITS, LANE_BOUNDS } from '../../../../core/domain/lane-limits.ts';
import { formatCount } from '../../lib/number-format.ts';
import { isWholeWithin, isWithin } from './bounds.ts';

type Limits = DashboardWebhook['limits'];

/** What the form holds of a webhook's limits. */
export interface LimitsDraft {
  /** Null while its field is empty. */
  concurrency: number | null;
  /** Attempts a second; null: no limit. */
  rate: number | null;
}

export function newLimits(): LimitsDraft {
  return { ...DEFAULT_LANE_LIMITS };
}

export function hasDefaultLimits({ concurrency, rate }: LimitsDraft): boolean {
  return concurrency === DEFAULT_LANE_LIMITS.concurrency && rate === DEFAULT_LANE_LIMITS.rate;
}

/** What differs from the limits as they are; null where nothing does. */
export function changeLimits({ concurrency, rate }: LimitsDraft, before: LimitsDraft): Partial<Limits> | null {
  const changed = {
    ...(concurrency !== null && concurrency !== before.concurrency && { concurrency }),
    ...(rate !== before.rate && { rate }),
  };
  return Object.keys(changed).length === 0 ? null : changed;
}

/** What has to be mended, by field. */
export function checkLimits({ concurrency, rate }: LimitsDraft): Partial<Record<keyof LimitsDraft, string>> {
  const { concurrency: most, rate: speed } = LANE_BOUNDS;
  return {
    ...(!isWholeWithin(concurrency, most) && {
      concurrency: `A whole number from ${most.min} to ${formatCount(most.max)}.`,
    }),
    ...(rate !== null &&
      !isWithin(rate, speed) && { rate: `From ${speed.min} to ${formatCount(speed.max)}, or empty for no limit.` }),
  };
}
