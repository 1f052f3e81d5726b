import type { Component } from 'svelte';
import type { Right } from './lib/api/session.ts';
import { matchPath } from './lib/router/match.ts';

/** The props of a page: the parameters of its path. */
export interface PageProps {
  params: Record<string, string>;
}

export interface Route {
  path: string;
  /** The right required to see the page. */
  scope: Right;
  /** Loads the page's code on the first visit. */
  load(): Promise<{ default: Component<PageProps> | Component<Record<string, never>> }>;
}

const ROUTES: Route[] = [
  { path: '/', scope: 'events:read', load: () => import('./pages/overview/overview-page.svelte') },
  { path: '/webhooks', scope: 'webhooks:read', load: () => import('./pages/webhooks/webhooks-page.svelte') },
  {
    path: '/webhooks/new',
    scope: 'webhooks:write',
    load: () => import('./pages/webhook-form/new-webhook-page.svelte'),
  },
  { path: '/webhooks/:id', scope: 'webhooks:read', load: () => import('./pages/webhook/webhook-page.svelte') },
  {
    path: '/webhooks/:id/edit',
    scope: 'webhooks:write',
    load: () => import('./pages/webhook-form/edit-webhook-page.svelte'),
  },
  { path: '/deliveries', scope: 'events:read', load: () => import('./pages/deliveries/deliveries-page.svelte') },
  { path: '/deliveries/:id', scope: 'events:read', load: () => import('./pages/delivery/delivery-page.svelte') },
  { path: '/events', scope: 'events:read', load: () => import('./pages/events/events-page.svelte') },
  { path: '/events/:id', scope: 'events:read', load: () => import('./pages/event/event-page.svelte') },
  { path: '/playground', scope: 'emit', load: () => import('./pages/playground/playground-page.svelte') },
  { path: '/event-types', scope: 'portal', load: () => import('./pages/event-types/event-types-page.svelte') },
  { path: '/recoveries', scope: 'events:read', load: () => import('./pages/recoveries/recoveries-page.svelte') },
  { path: '/keys', scope: 'keys', load: () => import('./pages/keys/keys-page.svelte') },
  { path: '/audit', scope: 'admin', load: () => import('./pages/audit/audit-page.svelte') },
];

/** Finds the route of a path, with the values of its parameters. */
export function findRoute(path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const route of ROUTES) {
    const params = matchPath(route.path, path);
    if (params) return { route, params };
  }
  return undefined;
}
