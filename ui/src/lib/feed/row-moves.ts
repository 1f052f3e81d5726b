import type { Shortcut } from '../keys/shortcuts.svelte.ts';

/** The row that is current: the one that the focus is in. */
export function currentRow(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
}

/** The keys that move from row to row. Each row has `data-row` and a `.row-link`; `ids` are those shown, in their order. */
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

/** The neighbour of a row, `step` further down; the first row where none is current, and never beyond an end. */
export function neighbour(ids: readonly string[], current: string | undefined, step: number): string | undefined {
  const index = current === undefined ? -1 : ids.indexOf(current);
  if (index < 0) return ids[0];
  return ids[Math.max(0, Math.min(ids.length - 1, index + step))];
}
