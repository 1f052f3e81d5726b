import type { Feed } from './feed.svelte.ts';
import type { Row } from './merge.ts';

/** Keeps the list that a page showed last, so that navigating back restores it. */
export class FeedCache<R extends Row> {
  private last: { key: string; feed: Feed<R> } | undefined;

  /** Returns the cached list if the key is unchanged; otherwise replaces it. */
  feedFor(key: string, make: () => Feed<R>): Feed<R> {
    if (this.last?.key !== key) this.last = { key, feed: make() };
    return this.last.feed;
  }
}
