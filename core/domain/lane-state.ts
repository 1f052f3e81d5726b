/**
 * Why a worker holds a webhook's deliveries back, the worst first: it does not answer and is probed, it failed or is slow, its
 * rate is used up, or all attempts that it may have at once are in flight.
 */
export const LANE_STATES = ['probing', 'slowed', 'rate_limited', 'full'] as const;
export type LaneState = (typeof LANE_STATES)[number];
