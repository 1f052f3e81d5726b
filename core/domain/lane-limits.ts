/** How much of a webhook's deliveries goes out at a time. */
export interface LaneLimits {
  /** Attempts at once, in each worker process. */
  concurrency: number;
  /** Attempts a second, over all workers; null: no limit. */
  rate: number | null;
}

export const DEFAULT_LANE_LIMITS: LaneLimits = { concurrency: 100, rate: null };

/** What a webhook may choose for itself. */
export const LANE_BOUNDS = {
  concurrency: { min: 1, max: 1000 },
  rate: { min: 0.1, max: 10_000 },
} as const;
