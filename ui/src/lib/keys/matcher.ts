/** The keys typed so far of a longer shortcut. */
export interface Typed {
  keys: string[];
  /** The time of the last key, in milliseconds. */
  at: number;
}

export type Match = { kind: 'complete'; shortcut: string } | { kind: 'partial'; typed: Typed } | { kind: 'none' };

/** The maximum time between the keys of one shortcut. */
const PAUSE_MS = 1200;

/** Matches a key, after those typed before, against shortcuts written as `g o`, `?` or `j`. */
export function matchKey(shortcuts: readonly string[], before: Typed, key: string, now: number): Match {
  const recent = now - before.at <= PAUSE_MS ? before.keys : [];
  for (const keys of recent.length > 0 ? [[...recent, key], [key]] : [[key]]) {
    const text = keys.join(' ');
    if (shortcuts.includes(text)) return { kind: 'complete', shortcut: text };
    if (shortcuts.some((shortcut) => shortcut.startsWith(`${text} `))) {
      return { kind: 'partial', typed: { keys, at: now } };
    }
  }
  return { kind: 'none' };
}
