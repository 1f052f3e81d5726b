import { createHash } from 'node:crypto';

/** Random numbers that depend only on the seed. */
export interface Random {
  /** From `low` (inclusive) to `high` (exclusive). */
  between(low: number, high: number): number;
  chance(): boolean;
  pick<T>(items: readonly T[]): T;
}

/** The same seed gives the same numbers, so a round can be repeated without the rounds before it. */
export function createRandom(seed: string): Random {
  let drawn = 0;
  const next = () => createHash('sha256').update(`${seed}/${drawn++}`).digest().readUInt32BE() / 2 ** 32;
  return {
    between: (low, high) => low + next() * (high - low),
    chance: () => next() < 0.5,
    pick: (items) => items[Math.floor(next() * items.length)]!,
  };
}
