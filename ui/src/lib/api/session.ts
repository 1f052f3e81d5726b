import type { Scope } from '../../../../core/contracts/key.ts';
import type { Session } from '../../../../core/contracts/session.ts';

/**
 * The right that a page or button requires: a scope; `keys` for administrators without restrictions; `emit` to emit events; `operate` for
 * what describes the system itself. A portal has neither of the last two. `portal` for what only a portal shows.
 */
export type Right = Scope | 'keys' | 'emit' | 'operate' | 'portal';

/** Whether the key has the right. The dashboard hides what the key has no right to. */
export function may(session: Session, right: Right): boolean {
  if (right === 'keys') return session.admin;
  if (right === 'portal') return session.portal !== null;
  if (right === 'operate') return session.portal === null;
  if (right === 'emit') {
    return session.portal === null && may(session, 'events:write') && session.platforms.some(({ emits }) => emits);
  }
  return session.admin || session.scopes.includes(right) || session.scopes.includes('admin');
}

/** The platform and organization that something belongs to. */
export interface Owner {
  platform: string;
  org_id: string | null;
}

function platformOf(session: Session, { platform }: Owner) {
  const found = session.platforms.find(({ id }) => id === platform);
  if (!found) throw new Error(`the key has no access to ${platform}`);
  return found;
}

/** Whether the owner is an organization of its platform, and not the whole platform. */
export function hasOrganization(session: Session, owner: Owner): boolean {
  const { scope } = platformOf(session, owner);
  return scope === 'organization' || (scope === 'either' && owner.org_id !== null && owner.org_id !== '');
}

/** The path of a platform's API for an owner, with the organization's id filled in. */
export function basePathOf(session: Session, owner: Owner): string {
  const { api_base, organization_api_base } = platformOf(session, owner);
  const base = hasOrganization(session, owner) ? (organization_api_base ?? api_base) : api_base;
  return base.replace('{orgId}', encodeURIComponent(owner.org_id ?? ''));
}

/** Whether the key may emit events of the platform. Null: of any. */
export function mayEmit(session: Session, platformId: string | null): boolean {
  const emits = platformId === null || session.platforms.some(({ id, emits }) => emits && id === platformId);
  return emits && may(session, 'emit');
}

/** An owner as displayed: "4Calls · org-42". */
export function describeOwner(session: Session, { platform, org_id }: Owner): string {
  return [labelOf(session, platform), org_id].filter(Boolean).join(' · ');
}

/** The platform's display name. */
export function labelOf(session: Session, platformId: string): string {
  return session.platforms.find(({ id }) => id === platformId)?.label ?? platformId;
}
