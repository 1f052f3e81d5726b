import { tick } from 'svelte';
import { BASE } from '../portal/base.ts';
import { changeParams, writeHref, type ParamChanges } from './params.ts';

/** The current location. Reads are reactive. `path` is without the prefix of a portal. */
class Place {
  private url = $state.raw(new URL(window.location.href));
  readonly path = $derived(this.url.pathname.slice(BASE.length) || '/');
  readonly params = $derived(this.url.searchParams);
  readonly href = $derived(this.url.pathname + this.url.search);

  update(): void {
    this.url = new URL(window.location.href);
  }
}

export const place = new Place();

/** Parameters that links keep: the selected platform and organization. */
const KEPT = ['platform', 'org_id'] as const;

/** The URL of a page of the dashboard. Keeps the selected platform and organization. */
export function linkTo(path: string, params: ParamChanges = {}): string {
  const kept = Object.fromEntries(KEPT.map((name) => [name, place.params.get(name)]));
  return writeHref(BASE + path, changeParams(new URLSearchParams(), { ...kept, ...params }));
}

/** The URL of the current page with changed parameters. */
export function linkWith(changes: ParamChanges): string {
  return writeHref(BASE + place.path, changeParams(place.params, changes));
}

export interface NavigateOptions {
  /** Replaces the current history entry; default false. */
  replace?: boolean;
}

/** Navigates within the dashboard. */
export function navigate(href: string, { replace = false }: NavigateOptions = {}): void {
  const from = place.path;
  if (replace) history.replaceState(history.state, '', href);
  else if (href !== place.href) {
    history.replaceState({ scroll: window.scrollY }, '');
    history.pushState({}, '', href);
  }
  place.update();
  if (place.path !== from) void showTop();
}

/** Changes parameters in the URL of the current page. */
export function setParams(changes: ParamChanges, options: NavigateOptions = { replace: true }): void {
  navigate(linkWith(changes), options);
}

/** Handles links, Back and Forward without reloading the page. Returns a function that stops it. */
export function followLinks(): () => void {
  history.scrollRestoration = 'manual';
  const controller = new AbortController();
  const { signal } = controller;
  const move = () => {
    place.update();
    void restoreScroll();
  };
  window.addEventListener('popstate', move, { signal });
  document.addEventListener('click', followClick, { signal });
  return () => controller.abort();
}

function followClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return;
  if (link.pathname.startsWith('/api/') || !link.pathname.startsWith(`${BASE}/`)) return;
  if (link.hash && link.pathname === window.location.pathname) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

async function showTop(): Promise<void> {
  await tick();
  window.scrollTo(0, 0);
  document.getElementById('main')?.focus({ preventScroll: true });
}

async function restoreScroll(): Promise<void> {
  const { scroll = 0 } = (history.state ?? {}) as { scroll?: number };
  for (let tries = 0; tries < 20; tries++) {
    await tick();
    window.scrollTo(0, scroll);
    if (Math.abs(window.scrollY - scroll) < 2) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
