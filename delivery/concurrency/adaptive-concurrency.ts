import type { AttemptResult } from '../../core/domain/delivery.ts';

export type Outcome = Pick<AttemptResult, 'statusCode' | 'errorMessage' | 'durationMs'>;

/** Minimum concurrency of a receiver that fails quickly: its attempts cost little. */
const FAILING_FLOOR = 16;
/** Minimum concurrency of a receiver that does not answer in time. */
const SILENT_FLOOR = 4;
/** Failures in a row that halve the concurrency. */
const PATIENCE = 5;
/** A failure that takes longer counts as no answer in time. */
export const SLOW_MS = 1_000;
/** Weight of the last attempt in the average. */
const WEIGHT = 0.1;

/**
 * A receiver's current concurrency: failures in a row halve it, successes restore it, first by doubling
 * and then one by one.
 */
export class AdaptiveConcurrency {
  /** Attempts at once, from the minimum to the limit. */
  concurrency: number;
  limit: number;
  /** Failures since the last success, and how many of the latest of them had no answer in time. */
  failures = 0;
  silent = 0;
  /** Average duration of an attempt, in milliseconds; 0 before the first. */
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

  /** The receiver does not answer and is probed with a few attempts at once. */
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
