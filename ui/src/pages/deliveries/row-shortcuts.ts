import { shortcuts } from '../../lib/keys/shortcuts.svelte.ts';
import { neighbour } from './selection.ts';

interface Rows {
  /** In the order in which they are shown. */
  ids(): string[];
  toggle(id: string): void;
  retry(id: string): void;
}

/** The keys of a list of deliveries; a row is current while the focus is in it. Returns how to remove them. */
export function addRowShortcuts({ ids, toggle, retry }: Rows): () => void {
  const current = () => document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
  const move = (step: number) => () => {
    const id = neighbour(ids(), current(), step);
    document.querySelector<HTMLElement>(`[data-row="${id}"] .row-link`)?.focus();
  };
  const onCurrent = (act: (id: string) => void) => () => {
    const id = current();
    if (id !== undefined) act(id);
  };
  const group = 'This list' as const;
  return shortcuts.add([
    { keys: 'j', description: 'Next', group, run: move(1) },
    { keys: 'k', description: 'Previous', group, run: move(-1) },
    { keys: 'ArrowDown', description: 'Next', group, run: move(1) },
    { keys: 'ArrowUp', description: 'Previous', group, run: move(-1) },
    { keys: 'x', description: 'Select', group, run: onCurrent(toggle) },
    { keys: 'r', description: 'Retry now', group, run: onCurrent(retry) },
  ]);
}
