/** At most `rate` per second, with bursts of up to one second's worth. */
export class TokenBucket {
  private rate: number;
  private tokens: number;
  private refilledAt: number;

  constructor(rate: number, now: number) {
    this.rate = rate;
    this.tokens = this.size;
    this.refilledAt = now;
  }

  /** Maximum tokens: one second's worth, at least one. */
  get size(): number {
    return Math.max(1, this.rate);
  }

  setRate(rate: number, now: number): void {
    this.refill(now);
    this.rate = rate;
    this.tokens = Math.min(this.tokens, this.size);
  }

  /** Milliseconds until a token is available; 0 if one is. */
  wait(now: number): number {
    this.refill(now);
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) / this.rate) * 1000);
  }

  isFull(now: number): boolean {
    this.refill(now);
    return this.tokens >= this.size;
  }

  take(): void {
    this.tokens -= 1;
  }

  private refill(now: number): void {
    this.tokens = Math.min(this.size, this.tokens + ((now - this.refilledAt) / 1000) * this.rate);
    this.refilledAt = now;
  }
}
