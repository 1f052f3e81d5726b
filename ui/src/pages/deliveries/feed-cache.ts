import type { DeliveryFeed } from './feed.svelte.ts';

let last: { key: string; feed: DeliveryFeed } | undefined;

/** The list that was shown last, where it is the same one: whoever comes back from a delivery finds it as it was. */
export function feedFor(key: string, make: () => DeliveryFeed): DeliveryFeed {
  if (last?.key !== key) last = { key, feed: make() };
  return last.feed;
}
