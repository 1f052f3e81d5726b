/** More items are waiting than a batcher may hold; the API answers 503 with `Retry-After`. */
export class OverloadedError extends Error {
  override name = 'OverloadedError';
}

export interface BatcherOptions<In, Out> {
  /**
   * Runs one batch; its results are in the order of the items. A rejection rejects every item of the batch. If a result is a promise,
   * only its item waits for it, not the next batch.
   */
  run: (items: In[]) => Promise<(Out | Promise<Out>)[]>;
  /** Maximum of items in one batch. */
  maxItems: number;
  /** Maximum of waiting items; the next one is refused with `OverloadedError`. Default: no limit. */
  maxWaiting?: number;
  /** An item's size; a batch closes before its sum passes `maxWeight`. Default: 0 each. */
  weigh?: (item: In) => number;
  maxWeight?: number;
  /**
   * Interval between batches as a multiple of a batch's duration, at most `longestGapMs`: larger batches, and CPU for
   * other processes meanwhile. Default: 0.
   */
  gap?: number;
  longestGapMs?: number;
}

interface Waiting<In, Out> {
  item: In;
  resolve: (result: Out | Promise<Out>) => void;
  reject: (error: unknown) => void;
}

/**
 * Lets items that arrive together share one statement. Without a gap, a batch starts as soon as there is an item and the previous
 * batch has ended, never on a timer: a single item does not wait, and batches grow under load. Two batches at once
 * would be smaller ones, and each costs PostgreSQL as much again as two to six rows (docs/performance.md).
 */
export class Batcher<In, Out> {
  private readonly options: BatcherOptions<In, Out>;
  private waiting: Waiting<In, Out>[] = [];
  /** A batch is running, or about to start. */
  private busy = false;
  private begunAt = -Infinity;
  /** Average duration of a batch, weighted towards the latest. Initially enough for the longest gap. */
  private averageMs: number;

  constructor(options: BatcherOptions<In, Out>) {
    this.options = options;
    this.averageMs = options.gap && options.longestGapMs ? options.longestGapMs / options.gap : 0;
  }

  /** Items that are not in a batch yet. */
  get size(): number {
    return this.waiting.length;
  }

  add(item: In): Promise<Out> {
    if (this.waiting.length >= (this.options.maxWaiting ?? Infinity)) {
      return Promise.reject(new OverloadedError(`more than ${this.options.maxWaiting} writes are waiting`));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Collects the items of the current turn of the event loop, then starts. */
  private schedule(): void {
    if (this.busy) return;
    this.busy = true;
    const { gap = 0, longestGapMs = Infinity } = this.options;
    const wait = this.begunAt + Math.min(gap * this.averageMs, longestGapMs) - performance.now();
    const begin = () => void this.runBatch(this.take());
    if (wait > 1) setTimeout(begin, wait);
    else setImmediate(begin);
  }

  private take(): Waiting<In, Out>[] {
    const { maxItems, weigh, maxWeight = Infinity } = this.options;
    let count = 0;
    let weight = 0;
    while (count < this.waiting.length && count < maxItems) {
      weight += weigh?.(this.waiting[count]!.item) ?? 0;
      if (count > 0 && weight > maxWeight) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async runBatch(batch: Waiting<In, Out>[]): Promise<void> {
    this.begunAt = performance.now();
    try {
      const results = await this.options.run(batch.map((entry) => entry.item));
      batch.forEach((entry, index) => entry.resolve(results[index]!));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
    this.averageMs += (performance.now() - this.begunAt - this.averageMs) / 4;
    this.busy = false;
    if (this.waiting.length > 0) this.schedule();
  }
}
