import type { Delivery } from '../api/model.ts';

const MOST = 20_000;

/** The last states that were seen, so that only changes count. */
export class KnownDeliveries {
  private readonly states = new Map<string, string>();
  private readonly foreign = new Set<string>();

  has(id: string): boolean {
    return this.states.has(id);
  }

  /** Whether this is news. */
  note({ id, status, attempts, updated_at }: Delivery): boolean {
    const state = `${status} ${attempts} ${updated_at}`;
    const isNews = this.states.get(id) !== state;
    this.states.delete(id);
    this.states.set(id, state);
    return isNews;
  }

  /** Remembers a delivery that nobody asked for. */
  noteForeign(id: string): void {
    this.foreign.add(id);
  }

  isForeign(id: string): boolean {
    return this.foreign.has(id);
  }

  forgetOldest(): void {
    for (const set of [this.states, this.foreign]) {
      for (const id of set.keys()) {
        if (set.size <= MOST) break;
        set.delete(id);
      }
    }
  }
}
