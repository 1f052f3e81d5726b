/** The ids from one to the other, both included, in whichever order they stand; only the second where the first is not there. */
export function rangeBetween(ids: readonly string[], from: string | undefined, to: string): string[] {
  const begin = from === undefined ? -1 : ids.indexOf(from);
  const end = ids.indexOf(to);
  if (begin < 0 || end < 0) return [to];
  return ids.slice(Math.min(begin, end), Math.max(begin, end) + 1);
}
