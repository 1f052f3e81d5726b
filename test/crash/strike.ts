import type { Arena } from './arena.ts';
import type { Random } from './random.ts';
import type { Traffic } from './traffic.ts';

/** What was broken, and what that excuses. */
export interface Strike {
  /** From when everything accepted before has to be on its way again. */
  back: number;
  /** Deliveries that were claimed by what was killed: the outcome of their attempts is unknown, so they may arrive twice. */
  unknown: string[];
  /** PostgreSQL crashed: claims whose commit nobody had waited for are gone. */
  losesClaims?: boolean;
  /** When workers were killed. */
  cutAt?: number;
  /** What went wrong that no count shows. */
  faults: string[];
}

export interface StrikeContext {
  arena: Arena;
  traffic: Traffic;
  random: Random;
  /** The short form, in which outages last a few seconds. */
  short: boolean;
}
