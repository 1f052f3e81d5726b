import { currentRow, rowMoves } from '../../lib/feed/row-moves.ts';
import { shortcuts } from '../../lib/keys/shortcuts.svelte.ts';

interface Rows {
  /** In display order. */
  ids(): string[];
  toggle(id: string): void;
  retry(id: string): void;
}

/** Adds keyboard shortcuts for a list of deliveries. Returns a function that removes them. */
export function addRowShortcuts({ ids, toggle, retry }: Rows): () => void {
  const onCurrent = (act: (id: string) => void) => () => {
    const id = currentRow();
    if (id !== undefined) act(id);
  };
  const group = 'This list' as const;
  return shortcuts.add([
    ...rowMoves(ids),
    { keys: 'x', description: 'Select', group, run: onCurrent(toggle) },
    { keys: 'r', description: 'Retry now', group, run: onCurrent(retry) },
  ]);
}
