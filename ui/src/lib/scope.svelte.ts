import type { Session } from '../../../core/contracts/session.ts';
import { place } from './router/location.svelte.ts';

/** Whose webhooks and deliveries are looked at; null for all that the key may see. */
export interface OwnerScope {
  platform: string | null;
  org_id: string | null;
}

/** Whether what is in view belongs to more than one owner, so that each has to be named. */
export function hasManyOwners(session: Session, { platform, org_id }: OwnerScope): boolean {
  const inView = session.platforms.filter(({ id }) => platform === null || id === platform);
  return org_id === null && (inView.length > 1 || inView[0]?.scope === 'organization');
}

/** What the address says, within what the key is bound to; reads are reactive. */
export function readScope(session: Session): OwnerScope {
  const platform = session.platform ?? place.params.get('platform');
  const known = session.platforms.some(({ id }) => id === platform);
  const orgId = session.org_id ?? place.params.get('org_id');
  return { platform: known ? platform : null, org_id: known ? orgId : null };
}
