const MOST_ENTRIES = 1_000;

/** Lets those who ask for the same at about the same time share one answer. */
export class SharedReads<T> {
  private readonly lifeMs: number;
  private readonly entries = new Map<string, { value: Promise<T>; until: number }>();

  /** An answer is given again for `lifeMs` after it was asked for. */
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
