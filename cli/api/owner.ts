import { usageError } from '../command-error.ts';
import type { Session } from './model.ts';

/** Whose webhooks and events a request is about. */
export interface OwnerName {
  platform: string;
  /** Undefined for what belongs to no organization. */
  orgId: string | undefined;
}

export interface AskedOwner {
  platform?: string | undefined;
  org?: string | undefined;
}

/**
 * The one owner that the settings and the key leave; null if there are several. An organization without a platform means the platform
 * that has organizations.
 * @throws CommandError usage if it is impossible
 */
export function findOwner(session: Session, { platform: id, org }: AskedOwner): OwnerName | null {
  const orgId = org ?? session.org_id ?? undefined;
  const platforms = session.platforms.filter((platform) => (id === undefined ? platform.emits : platform.id === id));
  if (id !== undefined && platforms.length === 0) {
    const names = session.platforms.map((platform) => platform.id).join(', ');
    throw usageError(`the platform is "${id}"; this key may use: ${names}`);
  }
  const fitting = platforms.filter(({ scope }) => scope !== (orgId === undefined ? 'organization' : 'platform'));
  if (id !== undefined && fitting.length === 0) {
    throw usageError(
      orgId === undefined
        ? `${id} has organizations: name one with --org`
        : `${id} has no organizations: leave out --org`,
    );
  }
  const [only, another] = fitting;
  return only && !another ? { platform: only.id, orgId } : null;
}

/** The path of the owner's API. */
export function baseOf({ platforms }: Session, { platform, orgId }: OwnerName): string {
  const { scope, api_base, organization_api_base } = platforms.find(({ id }) => id === platform)!;
  if (orgId === undefined) return api_base;
  const base = scope === 'either' ? organization_api_base! : api_base;
  return base.replace('{orgId}', encodeURIComponent(orgId));
}
