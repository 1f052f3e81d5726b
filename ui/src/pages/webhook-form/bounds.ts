export interface Bounds {
  min: number;
  max: number;
}

/** An empty field, which is null, is within none. */
export function isWithin(value: number | null, { min, max }: Bounds): value is number {
  return value !== null && value >= min && value <= max;
}

export function isWholeWithin(value: number | null, bounds: Bounds): value is number {
  return isWithin(value, bounds) && Number.isInteger(value);
}
