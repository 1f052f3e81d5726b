/** A slow reading is used if the last good one is this old. */
const STALE_MS = 30_000;
/** A reading that took longer is inaccurate. */
const QUICK_MS = 50;

/**
 * The time by PostgreSQL's clock, accurate to a part of a round trip. Schedules use it, so a wrong clock of a worker's machine has
 * no effect. Between readings it follows the monotonic clock; before the first one it is this machine's time.
 */
export class DatabaseClock {
  private offsetMs = Date.now() - performance.now();
  private readAt = -Infinity;

  /** Notes that PostgreSQL's time was `timeMs` (milliseconds since 1970), asked at `askedAt` by performance.now() and answered now. */
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
