import Gauge from '@lucide/svelte/icons/gauge';
import Layers from '@lucide/svelte/icons/layers';
import SearchX from '@lucide/svelte/icons/search-x';
import Timer from '@lucide/svelte/icons/timer';

export const LANE_ICONS = { probing: SearchX, slowed: Gauge, rate_limited: Timer, full: Layers };
