import { createHash } from 'node:crypto';

/** Numbers that the seed decides. */
export interface Random {
  /** From `low` to below `high`. */
  between(low: number, high: number): number;
  chance(): boolean;
  pick<T>(items: readonly T[]): T;
}

/** The same text gives the same numbers, so a round can be repeated without those before it. */
export function createRandom(seed: string): Random {
  let drawn = 0;
  const next = () => createHash('sha256').update(`${seed}/${drawn++}`).digest().readUInt32BE() / 2 ** 32;
  return {
    between: (low, high) => low + next() * (high - low),
    chance: () => next() < 0.5,
    pick: (items) => items[Math.floor(next() * items.length)]!,
  };
}
