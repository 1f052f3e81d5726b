import type { Arena } from './arena.ts';
import type { Random } from './random.ts';
import type { Traffic } from './traffic.ts';

/** A fault that was injected, and the deviations that it allows. */
export interface Strike {
  /** Everything accepted before must be on its way again after this time. */
  back: number;
  /** Deliveries claimed by the killed process. The outcome of their attempts is unknown, so they may arrive twice. */
  unknown: string[];
  /** PostgreSQL crashed, so recent claims that were not flushed are lost. */
  losesClaims?: boolean;
  /** When workers were killed. */
  cutAt?: number;
  /** Failures that the counts do not show. */
  faults: string[];
}

export interface StrikeContext {
  arena: Arena;
  traffic: Traffic;
  random: Random;
  /** The short form, with outages of a few seconds. */
  short: boolean;
}
