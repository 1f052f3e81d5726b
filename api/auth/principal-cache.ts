import type { Principal } from './principal.ts';

/** If a notification is lost, what has ended works for this much longer. */
const LIFE_MS = 5_000;
const MOST_ENTRIES = 10_000;

export interface Found {
  principal: Principal;
  /** Milliseconds until its key expires; null: never. */
  leftMs: number | null;
}

/** Keeps what keys and session tokens stand for, for a few seconds. */
export class PrincipalCache {
  private readonly known = new Map<string, { principal: Principal; until: number }>();
  private generation = 0;

  get(token: string): Principal | undefined {
    const entry = this.known.get(token);
    return entry && entry.until > Date.now() ? entry.principal : undefined;
  }

  /** Keeps what `find` finds, unless `forget` was called meanwhile. */
  async load(token: string, find: () => Promise<Found | null>): Promise<Principal | null> {
    const { generation } = this;
    const found = await find();
    if (!found) return null;
    const { principal, leftMs } = found;
    if (generation === this.generation) {
      if (this.known.size >= MOST_ENTRIES) this.known.clear();
      this.known.set(token, { principal, until: Date.now() + Math.min(LIFE_MS, leftMs ?? LIFE_MS) });
    }
    return principal;
  }

  /** Call this if something may have ended. */
  forget(): void {
    this.generation++;
    this.known.clear();
  }
}
