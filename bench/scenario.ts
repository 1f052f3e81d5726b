import type { Stage } from './stage.ts';

/** One measured value, as a row of the report. */
export interface Figure {
  name: string;
  unit: string;
  value: number;
  /** A reference value in the same unit and from the same run. */
  beside?: { name: string; value: number };
  goal?: Goal;
}

/** The goal for the value, or for its ratio to the reference. */
export interface Goal {
  of: 'value' | 'ratio';
  least?: number;
  most?: number;
}

export interface Scenario {
  name: string;
  /** A one-line description. */
  about: string;
  run(stage: Stage): Promise<Figure[]>;
}

/** A figure with a reference value and a goal for the ratio. */
export function compare(
  name: string,
  unit: string,
  value: number,
  beside: { name: string; value: number },
  ratio?: { least?: number; most?: number },
): Figure {
  return { name, unit, value, beside, ...(ratio ? { goal: { of: 'ratio', ...ratio } } : {}) };
}

/** A figure without a reference value. */
export function state(name: string, unit: string, value: number, goal?: { least?: number; most?: number }): Figure {
  return { name, unit, value, ...(goal ? { goal: { of: 'value', ...goal } } : {}) };
}
