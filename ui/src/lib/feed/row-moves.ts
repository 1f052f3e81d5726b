import type { Shortcut } from '../keys/shortcuts.svelte.ts';

/** The id of the row that contains the focus. */
export function currentRow(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
}

/** Keyboard shortcuts that move between rows. Each row has `data-row` and a `.row-link`; `ids` returns the rows in display order. */
export function rowMoves(ids: () => string[]): Shortcut[] {
  const move = (step: number) => () => {
    const id = neighbour(ids(), currentRow(), step);
    document.querySelector<HTMLElement>(`[data-row="${id}"] .row-link`)?.focus();
  };
  const group = 'This list' as const;
  return [
    { keys: 'j', description: 'Next', group, run: move(1) },
    { keys: 'k', description: 'Previous', group, run: move(-1) },
    { keys: 'ArrowDown', description: 'Next', group, run: move(1) },
    { keys: 'ArrowUp', description: 'Previous', group, run: move(-1) },
  ];
}

/** The id `step` rows below the current one, within the list. Without a current row, the first id. */
export function neighbour(ids: readonly string[], current: string | undefined, step: number): string | undefined {
  const index = current === undefined ? -1 : ids.indexOf(current);
  if (index < 0) return ids[0];
  return ids[Math.max(0, Math.min(ids.length - 1, index + step))];
}
