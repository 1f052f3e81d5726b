import type { AttemptResult } from '../../core/domain/delivery.ts';

export type Outcome = Pick<AttemptResult, 'statusCode' | 'errorMessage' | 'durationMs'>;

/** A receiver that answers failures quickly keeps so many at once: it costs little, and its backlog has to be got through. */
const FAILING_FLOOR = 16;
/** One that does not answer in time is probed with so many at once. */
const SILENT_FLOOR = 4;
/** So many failures in a row halve what goes out at once. */
const PATIENCE = 5;
/** A failure that takes longer is as bad as no answer. */
export const SLOW_MS = 1_000;
/** How much the last attempt counts in the average. */
const WEIGHT = 0.1;

/**
 * How many attempts at once a receiver can be trusted with: failures in a row halve it, successes give it back, by doubling
 * first and then one by one.
 */
export class AdaptiveConcurrency {
  /** Attempts at once, from the floor to the limit. */
  concurrency: number;
  limit: number;
  /** Failures since the last success, and how many of the last of them brought no answer in time. */
  failures = 0;
  silent = 0;
  /** Of an attempt, in milliseconds; 0 before the first. */
  averageMs = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.concurrency = limit;
  }

  setLimit(limit: number): void {
    if (limit === this.limit) return;
    this.concurrency = this.concurrency === this.limit ? limit : Math.min(this.concurrency, limit);
    this.limit = limit;
  }

  note({ errorMessage, statusCode, durationMs }: Outcome): void {
    this.averageMs += this.averageMs === 0 ? durationMs : (durationMs - this.averageMs) * WEIGHT;
    if (errorMessage === null) this.noteSuccess();
    else this.noteFailure(statusCode === null || durationMs > SLOW_MS);
  }

  /** It gets no answers, and is tried with a few at once to see whether it is back. */
  get probing(): boolean {
    return this.silent >= PATIENCE && this.concurrency <= SILENT_FLOOR;
  }

  get slowed(): boolean {
    return this.concurrency < this.limit;
  }

  private noteSuccess(): void {
    this.failures = 0;
    this.silent = 0;
    this.grow();
  }

  private noteFailure(silent: boolean): void {
    this.failures++;
    this.silent = silent ? this.silent + 1 : 0;
    if (!silent && this.concurrency < FAILING_FLOOR) this.grow();
    else if (this.failures % PATIENCE === 0) {
      const halved = Math.max(silent ? SILENT_FLOOR : FAILING_FLOOR, this.concurrency >> 1);
      this.concurrency = Math.min(this.concurrency, halved);
    }
  }

  private grow(): void {
    const step = this.concurrency < FAILING_FLOOR ? this.concurrency : 1;
    this.concurrency = Math.min(this.limit, this.concurrency + step);
  }
}
