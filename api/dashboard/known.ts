import type { Known } from '../../core/contracts/dashboard/filters.ts';
import type { Registry } from '../../core/platforms/platform.ts';

/** The platforms and event types that queries over all platforms may name. */
export function knownOf(registry: Registry): Known {
  const platforms = Object.values(registry);
  const types = platforms.flatMap(({ eventTypes }) => eventTypes.map(({ type }) => type));
  return { platforms: platforms.map(({ id }) => id), eventTypes: [...new Set(types)] };
}
