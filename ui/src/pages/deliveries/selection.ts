/** The ids from one to the other, both included, in whichever order they stand; only the second where the first is not there. */
export function rangeBetween(ids: readonly string[], from: string | undefined, to: string): string[] {
  const begin = from === undefined ? -1 : ids.indexOf(from);
  const end = ids.indexOf(to);
  if (begin < 0 || end < 0) return [to];
  return ids.slice(Math.min(begin, end), Math.max(begin, end) + 1);
}

/** The neighbour of a row, `step` further down; the first row where none is current, and never beyond an end. */
export function neighbour(ids: readonly string[], current: string | undefined, step: number): string | undefined {
  const index = current === undefined ? -1 : ids.indexOf(current);
  if (index < 0) return ids[0];
  return ids[Math.max(0, Math.min(ids.length - 1, index + step))];
}
