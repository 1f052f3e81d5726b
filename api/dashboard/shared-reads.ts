const MOST_ENTRIES = 1_000;

/** Shares one result between requests for the same data at about the same time. */
export class SharedReads<T> {
  private readonly lifeMs: number;
  private readonly entries = new Map<string, { value: Promise<T>; until: number }>();

  /** A result is reused for `lifeMs` after it was requested. */
  constructor(lifeMs: number) {
    this.lifeMs = lifeMs;
  }

  get(name: string, read: () => Promise<T>): Promise<T> {
    const now = Date.now();
    const entry = this.entries.get(name);
    if (entry && entry.until > now) return entry.value;
    if (this.entries.size >= MOST_ENTRIES) this.entries.clear();
    const value = read();
    this.entries.set(name, { value, until: now + this.lifeMs });
    value.catch(() => this.entries.delete(name));
    return value;
  }
}
