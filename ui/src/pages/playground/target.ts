import type { Session } from '../../../../core/contracts/session.ts';
import type { OwnerScope } from '../../lib/scope.svelte.ts';

export interface Target {
  platform: Session['platforms'][number];
  /** Empty if none is selected; null if the platform has no organizations. */
  orgId: string | null;
  mayChoosePlatform: boolean;
  mayChooseOrganization: boolean;
}

/** The platforms whose events clients emit. */
export function emittingPlatforms(session: Session): Session['platforms'] {
  return session.platforms.filter(({ emits }) => emits);
}

/** The owner to emit the event for: the owner of the copied event, otherwise the selected one, otherwise the one in the URL. */
export function readTarget(
  session: Session,
  view: OwnerScope,
  params: URLSearchParams,
  like: { platform: string; org_id: string | null } | undefined,
): Target {
  const platforms = emittingPlatforms(session);
  const find = (asked: string | null | undefined) => platforms.find(({ id }) => id === asked);
  const platform = find(like?.platform ?? find(view.platform)?.id ?? params.get('from')) ?? platforms[0]!;
  const isFixed = view.platform === platform.id;
  const viewOrganization = isFixed ? view.org_id : null;
  const organizational = platform.scope === 'organization';
  return {
    platform,
    orgId: organizational ? (like?.org_id ?? viewOrganization ?? params.get('org') ?? '') : null,
    mayChoosePlatform: !isFixed && platforms.length > 1,
    mayChooseOrganization: organizational && viewOrganization === null,
  };
}
