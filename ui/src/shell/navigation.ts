import Activity from '@lucide/svelte/icons/activity';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import KeyRound from '@lucide/svelte/icons/key-round';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import ListTree from '@lucide/svelte/icons/list-tree';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Send from '@lucide/svelte/icons/send';
import Webhook from '@lucide/svelte/icons/webhook';
import type { Component } from 'svelte';
import type { Right } from '../lib/api/session.ts';

export interface NavigationItem {
  label: string;
  path: string;
  /** The right required to see the item. */
  scope: Right;
  /** The keyboard shortcut. */
  keys: string;
  icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
}

export const NAVIGATION: { items: NavigationItem[] }[] = [
  {
    items: [
      { label: 'Overview', path: '/', scope: 'events:read', keys: 'g o', icon: LayoutDashboard },
      { label: 'Webhooks', path: '/webhooks', scope: 'webhooks:read', keys: 'g w', icon: Webhook },
      { label: 'Deliveries', path: '/deliveries', scope: 'events:read', keys: 'g d', icon: Send },
      { label: 'Events', path: '/events', scope: 'events:read', keys: 'g e', icon: Activity },
    ],
  },
  {
    items: [
      { label: 'Playground', path: '/playground', scope: 'emit', keys: 'g p', icon: FlaskConical },
      { label: 'Event types', path: '/event-types', scope: 'portal', keys: 'g t', icon: ListTree },
      { label: 'Recoveries', path: '/recoveries', scope: 'events:read', keys: 'g r', icon: RotateCcw },
    ],
  },
  {
    items: [
      { label: 'Keys', path: '/keys', scope: 'keys', keys: 'g k', icon: KeyRound },
      { label: 'Audit log', path: '/audit', scope: 'admin', keys: 'g a', icon: ScrollText },
    ],
  },
];

/** Whether the path is the item's page or a page below it. */
export function isWithin(path: string, item: Pick<NavigationItem, 'path'>): boolean {
  return item.path === '/' ? path === '/' : path === item.path || path.startsWith(`${item.path}/`);
}
