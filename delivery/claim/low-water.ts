/** What commits late, or is given back, may have been due before what was claimed: so much is looked at again each time. */
const MARGIN_S = 2;
/** Between two full looks: at least this, and so many times what the last one took. */
const FULL_LOOK_MS = 1_000;
const FULL_LOOK_SHARE = 20;

/**
 * From when on a claim looks for what is due. Deliveries before the mark are found by a full look now and then. So a claim does not
 * cost more the longer an old snapshot keeps PostgreSQL from removing what was done with.
 */
export class LowWater {
  private mark = -Infinity;
  private wanted = true;
  private lookedAt = -Infinity;
  private restMs = 0;

  /** Something may have become due before the mark. */
  lookBack(): void {
    this.wanted = true;
  }

  /** Where the look that begins at `now` (milliseconds) begins to look, in seconds since 1970; -Infinity: everywhere. */
  begin(now: number): number {
    return this.wanted && now - this.lookedAt >= this.restMs ? -Infinity : this.mark;
  }

  /**
   * A look from `from` on, which took `tookMs`, has found that the oldest was due since `oldest`, in seconds since 1970; Infinity: that there was
   * none.
   */
  end(from: number, oldest: number, tookMs: number, now: number): void {
    if (oldest < Infinity) this.mark = oldest - MARGIN_S;
    if (from !== -Infinity) return;
    this.wanted = false;
    this.lookedAt = now;
    this.restMs = Math.max(FULL_LOOK_MS, FULL_LOOK_SHARE * tookMs);
  }
}
