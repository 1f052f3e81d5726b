import type { Stage } from './stage.ts';

/** One measured value, as a row of the report. */
export interface Figure {
  name: string;
  unit: string;
  value: number;
  /** What the value is set against, in the same unit and in the same run. */
  beside?: { name: string; value: number };
  goal?: Goal;
}

/** What the value itself, or its ratio to what it is set against, is to be. */
export interface Goal {
  of: 'value' | 'ratio';
  least?: number;
  most?: number;
}

export interface Scenario {
  name: string;
  /** What it does, in a line. */
  about: string;
  run(stage: Stage): Promise<Figure[]>;
}

/** A figure set against another measurement, with a goal for the ratio. */
export function compare(
  name: string,
  unit: string,
  value: number,
  beside: { name: string; value: number },
  ratio?: { least?: number; most?: number },
): Figure {
  return { name, unit, value, beside, ...(ratio ? { goal: { of: 'ratio', ...ratio } } : {}) };
}

/** A figure that stands for itself. */
export function state(name: string, unit: string, value: number, goal?: { least?: number; most?: number }): Figure {
  return { name, unit, value, ...(goal ? { goal: { of: 'value', ...goal } } : {}) };
}
