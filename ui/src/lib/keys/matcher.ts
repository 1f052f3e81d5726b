/** What was typed so far towards a shortcut of several keys. */
export interface Typed {
  keys: string[];
  /** Milliseconds, of the last key. */
  at: number;
}

export type Match = { kind: 'complete'; shortcut: string } | { kind: 'partial'; typed: Typed } | { kind: 'none' };

/** Between the keys of one shortcut at most. */
const PAUSE_MS = 1200;

/** What a key means after those typed before, where shortcuts are written `g o`, `?`, `j`. */
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
