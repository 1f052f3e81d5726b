import type { LiveChange } from '../../../../core/contracts/dashboard/operation.ts';
import { KEYS } from './keys.ts';

export const NOTHING_CHANGED: LiveChange = {
  deliveries: [],
  more_deliveries: false,
  webhooks: [],
  recoveries: [],
  overview: false,
};

/** Parses a message of the live stream. Fields that it omits have not changed. */
export function readChange(data: string): LiveChange {
  const given = JSON.parse(data) as Partial<LiveChange>;
  return { ...NOTHING_CHANGED, ...given };
}

export function mergeChanges(a: LiveChange, b: LiveChange): LiveChange {
  return {
    deliveries: [...new Set([...a.deliveries, ...b.deliveries])],
    more_deliveries: a.more_deliveries || b.more_deliveries,
    webhooks: [...new Set([...a.webhooks, ...b.webhooks])],
    recoveries: [...new Set([...a.recoveries, ...b.recoveries])],
    overview: a.overview || b.overview,
  };
}

/** The query keys, or prefixes of keys, that a change invalidates. */
export function staleKeys(change: LiveChange): string[][] {
  const keys: string[][] = [];
  if (change.deliveries.length > 0 || change.more_deliveries) {
    keys.push([KEYS.events], [KEYS.event], [KEYS.recentDeliveries]);
  }
  if (change.more_deliveries) keys.push([KEYS.delivery]);
  else for (const id of change.deliveries) keys.push([KEYS.delivery, id]);
  if (change.webhooks.length > 0) keys.push([KEYS.webhooks], [KEYS.audit]);
  for (const id of change.webhooks) keys.push([KEYS.webhook, id]);
  if (change.recoveries.length > 0) keys.push([KEYS.recoveries]);
  for (const id of change.recoveries) keys.push([KEYS.recovery, id]);
  if (change.overview) keys.push([KEYS.overview]);
  return keys;
}
