import type { Scope } from '../../core/contracts/key.ts';
import type { Registry } from '../../core/platforms/platform.ts';
import type { GroupRights } from '../../core/single-sign-on.ts';

/** What a session may do: the rights of one or several groups for the same owner. */
export interface Access {
  /** Null: every platform. */
  platform: string | null;
  /** Null: every organization of the platform. */
  orgId: string | null;
  scopes: ReadonlySet<Scope>;
}

type Owner = Pick<Access, 'platform' | 'orgId'>;

/**
 * What a member of these groups may do. Groups for the same owner add up. What a wider access includes is left out. If more than one
 * remains, the person has to choose: a session is for one owner, as a key is.
 */
export function accessesOf(groups: ReadonlyMap<string, GroupRights>, names: readonly string[]): Access[] {
  const joined: (Owner & { scopes: Set<Scope> })[] = [];
  for (const { platform, orgId, scopes } of names.flatMap((name) => groups.get(name) ?? [])) {
    const same = joined.find((access) => isOf(access, { platform, orgId }));
    if (same) for (const scope of scopes) same.scopes.add(scope);
    else joined.push({ platform, orgId, scopes: new Set(scopes) });
  }
  return joined.filter((access) => !joined.some((other) => other !== access && includes(other, access)));
}

/** The only access, or the chosen one; null if the person has to choose. */
export function pickAccess(accesses: readonly Access[], chosen: Owner): Access | null {
  if (accesses.length === 1) return accesses[0]!;
  return accesses.find((access) => isOf(access, chosen)) ?? null;
}

export function describeOwner(registry: Registry, { platform, orgId }: Owner): string {
  if (platform === null) return 'All platforms';
  return [registry[platform]?.label ?? platform, orgId].filter((part) => part !== null).join(' · ');
}

function isOf(access: Owner, { platform, orgId }: Owner): boolean {
  return access.platform === platform && access.orgId === orgId;
}

function includes(wide: Access, narrow: Access): boolean {
  const covers =
    wide.platform === null ||
    (wide.platform === narrow.platform && (wide.orgId === null || wide.orgId === narrow.orgId));
  return covers && (wide.scopes.has('admin') || [...narrow.scopes].every((scope) => wide.scopes.has(scope)));
}
