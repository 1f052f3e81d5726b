import type { Session } from '../../../../core/contracts/session.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

export interface Target {
  platform: Session['platforms'][number];
  /** Empty while none was chosen; null for a platform without. */
  orgId: string | null;
  /** Where the key and the view leave a choice. */
  mayChoosePlatform: boolean;
  mayChooseOrganization: boolean;
}

/** For whom an event is emitted: for whom the event that it is to be like was; what is in view; or what the address says. */
export function readTarget(
  session: Session,
  view: OwnerScope,
  params: URLSearchParams,
  like: { platform: string; org_id: string | null } | undefined,
): Target {
  const asked = like?.platform ?? view.platform ?? params.get('from');
  const platform = session.platforms.find(({ id }) => id === asked) ?? session.platforms[0]!;
  const organizational = platform.scope === 'organization';
  return {
    platform,
    orgId: organizational ? (like?.org_id ?? view.org_id ?? params.get('org') ?? '') : null,
    mayChoosePlatform: view.platform === null && session.platforms.length > 1,
    mayChooseOrganization: organizational && view.org_id === null,
  };
}
