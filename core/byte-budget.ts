/** Counts the bytes that a process holds of payloads, up to a bound. What is larger than the bound is let in while nothing else is held. */
export class ByteBudget {
  private readonly most: number;
  private readonly onCapacity: () => void;
  private bytes = 0;
  /** The most that was refused since there was capacity for all: there is none for less before there is capacity for that. */
  private wanted = 0;

  /** `onCapacity` is called once there is capacity again for what was refused. */
  constructor(most: number, onCapacity: () => void = () => undefined) {
    this.most = most;
    this.onCapacity = onCapacity;
  }

  get held(): number {
    return this.bytes;
  }

  /** Takes so many bytes, in place of `before` ones that are held already. False: there is no capacity, and nothing has changed. */
  take(bytes: number, before = 0): boolean {
    const others = this.bytes - before;
    if (others > 0 && others + bytes > this.most) {
      this.wanted = Math.max(this.wanted, bytes);
      return false;
    }
    this.bytes = others + bytes;
    return true;
  }

  free(bytes: number): void {
    this.bytes -= bytes;
    if (this.wanted === 0 || !this.fits(this.wanted)) return;
    this.wanted = 0;
    this.onCapacity();
  }

  /** Whether there is capacity for so much, and for what was refused before; if not, `onCapacity` follows. */
  hasCapacity(bytes: number): boolean {
    if (this.fits(Math.max(bytes, this.wanted))) return true;
    this.wanted = Math.max(this.wanted, bytes);
    return false;
  }

  private fits(bytes: number): boolean {
    return this.bytes === 0 || this.bytes + bytes <= this.most;
  }
}
