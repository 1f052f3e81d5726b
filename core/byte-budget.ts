/** Bounds the bytes of payloads in memory. A payload larger than the bound is admitted if nothing else is held. */
export class ByteBudget {
  readonly most: number;
  private readonly onCapacity: () => void;
  private bytes = 0;
  /** The largest refused size: smaller ones are refused as well until there is capacity for it. */
  private wanted = 0;

  /** `onCapacity` is called once there is capacity for the refused size. */
  constructor(most: number, onCapacity: () => void = () => undefined) {
    this.most = most;
    this.onCapacity = onCapacity;
  }

  get held(): number {
    return this.bytes;
  }

  /** Reserves bytes, replacing `before` reserved ones. False if there is no capacity; nothing has changed then. */
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

  /** Whether there is capacity for this size and for the refused one; if not, `onCapacity` will be called. */
  hasCapacity(bytes: number): boolean {
    if (this.fits(Math.max(bytes, this.wanted))) return true;
    this.wanted = Math.max(this.wanted, bytes);
    return false;
  }

  private fits(bytes: number): boolean {
    return this.bytes === 0 || this.bytes + bytes <= this.most;
  }
}
