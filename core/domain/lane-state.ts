/**
 * Why a worker holds a webhook's deliveries back: it answers nothing and is probed, it failed or is slow and gets fewer, its own
 * rate is used up, or as many as it may have at once are on the wire. The worst first.
 */
export const LANE_STATES = ['probing', 'slowed', 'rate_limited', 'full'] as const;
export type LaneState = (typeof LANE_STATES)[number];
