import type { Session } from '../../../core/contracts/session.ts';
import { place } from './router/location.svelte.ts';

/** The selected platform and organization; null fields: all that the key may see. */
export interface OwnerScope {
  platform: string | null;
  org_id: string | null;
}

/** Whether the view may contain several owners, so that each has to be named. */
export function hasManyOwners(session: Session, { platform, org_id }: OwnerScope): boolean {
  const inView = session.platforms.filter(({ id }) => platform === null || id === platform);
  return org_id === null && (inView.length > 1 || inView[0]?.scope !== 'platform');
}

/** The selection from the URL, within the limits of the key. Reads are reactive. */
export function readScope(session: Session): OwnerScope {
  const platform = session.platform ?? place.params.get('platform');
  const known = session.platforms.some(({ id }) => id === platform);
  const orgId = session.org_id ?? place.params.get('org_id');
  return { platform: known ? platform : null, org_id: known ? orgId : null };
}
