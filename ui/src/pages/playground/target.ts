import type { Session } from '../../../../core/contracts/session.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

export interface Target {
  platform: Session['platforms'][number];
  /** Empty if none is selected; null if the platform has no organizations. */
  orgId: string | null;
  mayChoosePlatform: boolean;
  mayChooseOrganization: boolean;
}

/** The owner to emit the event for: the owner of the copied event, otherwise the selected one, otherwise the one in the URL. */
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
