import type { LiveChange } from '../../../../core/contracts/dashboard/operation.ts';
import { admitIncoming, findGone, mergeNewest, updateRows, type Page, type Row } from './merge.ts';

/** A loaded page of the API: its cursor and the ids of its rows. */
interface Part {
  cursor: string | undefined;
  ids: Set<string>;
}

export interface FeedSource<R extends Row> {
  fetchPage(this: void, cursor: string | undefined): Promise<Page<R>>;
  /** The ids that a change may affect, shown or not; null if the change does not concern this list. */
  touched(this: void, change: LiveChange, rows: readonly R[]): string[] | null;
}

/** The minimum time between two refreshes. */
const PAUSE_MS = 800;
/** The maximum number of rows on one page of the dashboard. Older rows are on the next page. */
const MOST_ROWS = 500;
/** The maximum number of older pages that one change refreshes. */
const MOST_PARTS = 4;
/** Rare matches leave API pages short or empty. Loads up to MOST_PAGES pages until there are ENOUGH_ROWS rows. */
const ENOUGH_ROWS = 20;
const MOST_PAGES = 10;

/** A live list. Rows are updated in place; new rows are added only when the list may move. */
export class Feed<R extends Row> {
  rows = $state.raw<R[]>([]);
  incoming = $state.raw<R[]>([]);
  /** More new rows arrived than fit on a page, so some are missing in between. Showing the newest reloads the list. */
  gap = $state(false);
  next = $state<string | null>(null);
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  loadingMore = $state(false);
  error = $state.raw<unknown>();
  /** Rows that no longer match the filters. They are removed once the list may move. */
  gone = $state.raw<ReadonlySet<string>>(new Set());

  private readonly source: FeedSource<R>;
  private readonly start: string | undefined;
  private held = false;
  private parts: Part[] = [];
  private changed = new Set<string>();
  private stale = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asleep = true;

  /** `start` is the cursor of an older page. Without it, the list starts at the newest row and grows at the top. */
  constructor(source: FeedSource<R>, start: string | undefined) {
    this.source = source;
    this.start = start;
  }

  get full(): boolean {
    return this.rows.length >= MOST_ROWS;
  }

  async load(): Promise<void> {
    try {
      const { parts, rows, next } = await this.fetchFrom(this.start);
      this.parts = parts;
      this.rows = rows;
      this.incoming = [];
      this.gone = new Set();
      this.gap = false;
      this.next = next;
      this.phase = 'ready';
    } catch (error) {
      if (this.phase === 'ready') return;
      this.error = error;
      this.phase = 'failed';
    }
  }

  async loadMore(): Promise<void> {
    if (this.loadingMore || this.next === null || this.full) return;
    this.loadingMore = true;
    try {
      const cursor = this.next;
      const { parts, rows, next } = await this.fetchFrom(cursor);
      if (this.next !== cursor) return;
      this.parts.push(...parts);
      const known = idsOf({ data: this.rows });
      this.rows = [...this.rows, ...rows.filter(({ id }) => !known.has(id))];
      this.next = next;
    } finally {
      this.loadingMore = false;
    }
  }

  private async fetchFrom(cursor: string | undefined): Promise<{ parts: Part[]; rows: R[]; next: string | null }> {
    const parts: Part[] = [];
    const rows: R[] = [];
    for (let at = cursor; ;) {
      const page = await this.source.fetchPage(at);
      parts.push({ cursor: at, ids: idsOf(page) });
      rows.push(...page.data);
      const next = page.next_cursor;
      if (next === null || rows.length >= ENOUGH_ROWS || parts.length === MOST_PAGES) return { parts, rows, next };
      at = next;
    }
  }

  /** While the list is held, new rows wait and rows that no longer match stay. */
  hold(held: boolean): void {
    this.held = held;
    if (!held && (this.incoming.length > 0 || this.gone.size > 0)) this.settle();
  }

  /** Adds the new rows and removes those that no longer match. */
  settle(): void {
    if (this.gap || this.rows.length + this.incoming.length > MOST_ROWS) {
      void this.load();
      return;
    }
    const { rows } = admitIncoming({ rows: this.rows, incoming: this.incoming });
    this.rows = rows.filter(({ id }) => !this.gone.has(id));
    this.incoming = [];
    this.gone = new Set();
  }

  /** Records a change and schedules a refresh. */
  hear(change: LiveChange | 'everything'): void {
    const ids = change === 'everything' ? [...idsOf({ data: this.rows })] : this.source.touched(change, this.rows);
    if (ids === null) return;
    for (const id of ids) this.changed.add(id);
    this.stale = true;
    if (this.phase === 'failed') void this.load();
    else if (!this.asleep) this.timer ??= setTimeout(() => void this.refresh(), PAUSE_MS);
  }

  /** Stops refreshing while the list is not visible. */
  sleep(): void {
    this.asleep = true;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Loads the list, or refreshes it after `sleep`. */
  wake(): void {
    this.asleep = false;
    if (this.phase === 'ready') this.hear('everything');
    else void this.load();
  }

  private async refresh(): Promise<void> {
    const changed = this.changed;
    this.changed = new Set();
    this.stale = false;
    try {
      const touched = this.parts.slice(1).filter(({ ids }) => ids.intersection(changed).size > 0);
      const older = await Promise.all(
        touched
          .slice(0, MOST_PARTS)
          .map(async ({ cursor, ids }) => ({ ids, page: await this.source.fetchPage(cursor) })),
      );
      this.take(await this.source.fetchPage(this.start), older);
    } catch {
      // The next change or reconnect refreshes again.
    } finally {
      const again = this.stale && !this.asleep;
      this.timer = again ? setTimeout(() => void this.refresh(), PAUSE_MS) : undefined;
    }
  }

  private take(newest: Page<R>, older: { ids: Set<string>; page: Page<R> }[]): void {
    const gone = older.flatMap(({ ids, page }) => findGone(this.rows, page, [...ids].sort().at(-1)));
    const top = this.start === undefined ? undefined : [...this.parts[0]!.ids].sort().at(-1);
    const there = new Set([newest, ...older.map(({ page }) => page)].flatMap(({ data }) => data.map(({ id }) => id)));
    const before = [...this.gone].filter((id) => !there.has(id));
    this.gone = new Set([...before, ...gone, ...findGone(this.rows, newest, top)]);
    const updated = updateRows(
      { rows: this.rows, incoming: this.incoming },
      older.flatMap(({ page }) => page.data),
    );
    const merged = mergeNewest(updated, newest);
    this.rows = merged.rows;
    // An older page does not grow at the top.
    if (this.start === undefined) {
      this.incoming = merged.incoming;
      this.gap ||= merged.gap;
    }
    if (!this.held) this.settle();
  }
}

function idsOf({ data }: { data: readonly Row[] }): Set<string> {
  return new Set(data.map(({ id }) => id));
}
