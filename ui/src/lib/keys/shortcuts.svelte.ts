import { SvelteMap } from 'svelte/reactivity';
import { matchKey, type Typed } from './matcher.ts';

export interface Shortcut {
  /** A sequence of `KeyboardEvent.key` values: `g o`, `?`, `j`. */
  keys: string;
  description: string;
  group: 'Go to' | 'This list' | 'Anywhere' | 'This delivery';
  run(): void;
}

const STORAGE_KEY = 'posthorn-shortcuts';

/** Keyboard shortcuts, inactive while a text field has the focus. Users can turn them off (WCAG 2.1.4). */
class Shortcuts {
  readonly registered = new SvelteMap<string, Shortcut>();
  enabled = $state(localStorage.getItem(STORAGE_KEY) !== 'off');
  private typed: Typed = { keys: [], at: 0 };

  setEnabled(enabled: boolean): void {
    this.enabled = enabled;
    localStorage.setItem(STORAGE_KEY, enabled ? 'on' : 'off');
  }

  /** Adds shortcuts until the caller's effect is cleaned up: `$effect(() => shortcuts.add([...]))`. */
  add(added: Shortcut[]): () => void {
    for (const shortcut of added) this.registered.set(shortcut.keys, shortcut);
    return () => {
      for (const shortcut of added) {
        if (this.registered.get(shortcut.keys) === shortcut) this.registered.delete(shortcut.keys);
      }
    };
  }

  /** Runs the shortcut that matches a key press. */
  handle(event: KeyboardEvent): void {
    if (!this.enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]')) return;
    const match = matchKey([...this.registered.keys()], this.typed, event.key, event.timeStamp);
    this.typed = match.kind === 'partial' ? match.typed : { keys: [], at: 0 };
    if (match.kind !== 'complete') return;
    event.preventDefault();
    this.registered.get(match.shortcut)?.run();
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select'))
  );
}

export const shortcuts = new Shortcuts();

/** Moves the focus to the page's search field. */
export function focusSearch(): void {
  document.querySelector<HTMLInputElement>('main [data-search]')?.focus();
}
