/** A reading of which nothing better is known is used when the last good one is this old. */
const STALE_MS = 30_000;
/** An answer that took longer says little about the time. */
const QUICK_MS = 50;

/**
 * The time by PostgreSQL's clock, to within a part of a round trip. Schedules are in its time, so that a worker whose own clock is
 * wrong keeps them. Between two readings it goes by the monotonic clock; before the first one it is this machine's.
 */
export class DatabaseClock {
  private offsetMs = Date.now() - performance.now();
  private readAt = -Infinity;

  /** PostgreSQL said that it was `timeMs` (milliseconds since 1970), asked at `askedAt` and answering until now, by performance.now(). */
  note(timeMs: number, askedAt: number): void {
    const now = performance.now();
    if (now - askedAt > QUICK_MS && now - this.readAt < STALE_MS) return;
    this.offsetMs = timeMs - (askedAt + now) / 2;
    this.readAt = now;
  }

  /** The next reading counts, however long it takes. */
  forget(): void {
    this.readAt = -Infinity;
  }

  /** Milliseconds since 1970. */
  readonly now = (): number => performance.now() + this.offsetMs;
}
