/** Overlap in seconds: deliveries that commit late or are released may be due earlier than claimed ones. */
const MARGIN_S = 2;
/** Interval between full looks: at least this, and a multiple of the duration of the last one. */
const FULL_LOOK_MS = 1_000;
const FULL_LOOK_SHARE = 20;

/**
 * The due time from which a claim looks for deliveries. Occasional full looks find deliveries before the mark. Thus a claim does not
 * get slower while an old snapshot keeps PostgreSQL from removing the entries of ended deliveries.
 */
export class LowWater {
  private mark = -Infinity;
  private wanted = true;
  private lookedAt = -Infinity;
  private restMs = 0;

  /** Deliveries may have become due before the mark. */
  lookBack(): void {
    this.wanted = true;
  }

  /** The due time from which to look at `now` (milliseconds), in seconds since 1970; -Infinity: a full look. */
  begin(now: number): number {
    return this.wanted && now - this.lookedAt >= this.restMs ? -Infinity : this.mark;
  }

  /**
   * Notes a look from `from` on that took `tookMs` and found `oldest` as the earliest due time, in seconds since 1970; Infinity: none
   * was due.
   */
  end(from: number, oldest: number, tookMs: number, now: number): void {
    if (oldest < Infinity) this.mark = oldest - MARGIN_S;
    if (from !== -Infinity) return;
    this.wanted = false;
    this.lookedAt = now;
    this.restMs = Math.max(FULL_LOOK_MS, FULL_LOOK_SHARE * tookMs);
  }
}
