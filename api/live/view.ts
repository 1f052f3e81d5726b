import type { LiveChange } from '../../core/contracts/dashboard/operation.ts';
import type { OwnerChange } from '../../core/db/changes.ts';
import { hasScope } from '../auth/authorize.ts';
import type { Principal } from '../auth/principal.ts';

const MOST_NAMED = 100;

/** The data that a stream may show. Streams with the same view get the same messages. */
export interface View {
  platform: string | null;
  orgId: string | null;
  events: boolean;
  webhooks: boolean;
}

export function viewOf(principal: Principal): View {
  const { platform, orgId } = principal;
  return {
    platform,
    orgId,
    events: hasScope(principal, 'events:read'),
    webhooks: hasScope(principal, 'webhooks:read'),
  };
}

/** The part of the changes that a view shows; null if there is none. */
export function describeFor(view: View, changes: OwnerChange[]): LiveChange | null {
  const seen = changes.filter(
    ({ platform, orgId }) =>
      (view.platform === null || view.platform === platform) && (view.orgId === null || view.orgId === orgId),
  );
  if (seen.length === 0) return null;
  const gather = (pick: (change: OwnerChange) => string[]) => new Set(seen.flatMap(pick));
  const deliveries = gather((change) => (view.events ? change.deliveries : []));
  const webhooks = gather((change) => (view.webhooks ? change.webhooks : []));
  const recoveries = gather((change) => (view.events ? change.recoveries : []));
  return {
    deliveries: [...deliveries].slice(0, MOST_NAMED),
    more_deliveries: view.events && (deliveries.size > MOST_NAMED || seen.some(({ more }) => more)),
    webhooks: [...webhooks].slice(0, MOST_NAMED),
    recoveries: [...recoveries].slice(0, MOST_NAMED),
    overview: true,
  };
}
