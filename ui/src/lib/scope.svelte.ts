import type { Session } from '../../../core/contracts/session.ts';
import { place } from './router/location.svelte.ts';

/** Whose webhooks and deliveries are looked at; null for all that the key may see. */
export interface OwnerScope {
  platform: string | null;
  org_id: string | null;
}

/** What the address says, within what the key is bound to; reads are reactive. */
export function readScope(session: Session): OwnerScope {
  const platform = session.platform ?? place.params.get('platform');
  const known = session.platforms.some(({ id }) => id === platform);
  const orgId = session.org_id ?? place.params.get('org_id');
  return { platform: known ? platform : null, org_id: known ? orgId : null };
}
