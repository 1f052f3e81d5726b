/** All ids between two rows, in either direction and inclusive. Only `to` if `from` is not in the list. */
export function rangeBetween(ids: readonly string[], from: string | undefined, to: string): string[] {
  const begin = from === undefined ? -1 : ids.indexOf(from);
  const end = ids.indexOf(to);
  if (begin < 0 || end < 0) return [to];
  return ids.slice(Math.min(begin, end), Math.max(begin, end) + 1);
}
