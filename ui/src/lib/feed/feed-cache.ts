import type { Feed } from './feed.svelte.ts';
import type { Row } from './merge.ts';

/** The list that a page showed last: whoever comes back from one of its rows finds it as it was. */
export class FeedCache<R extends Row> {
  private last: { key: string; feed: Feed<R> } | undefined;

  /** The list with this key; a new one where another one was shown last. */
  feedFor(key: string, make: () => Feed<R>): Feed<R> {
    if (this.last?.key !== key) this.last = { key, feed: make() };
    return this.last.feed;
  }
}
