import { AppError } from '../../core/contracts/errors.ts';
import type { OwnerFilter } from '../../core/db/owner.ts';
import { hasOrganizations, type Registry } from '../../core/platforms/platform.ts';
import type { Principal } from './principal.ts';

/**
 * Narrows the requested platform and organization to those that the key may see.
 * @throws AppError not_found if the key may not see them
 */
export function narrow(
  registry: Registry,
  principal: Principal,
  asked: { platform?: string | undefined; org_id?: string | undefined } = {},
): OwnerFilter {
  if (principal.platform !== null && asked.platform !== undefined && asked.platform !== principal.platform) {
    throw new AppError('not_found', 'there is no such platform for this key');
  }
  if (principal.orgId !== null && asked.org_id !== undefined && asked.org_id !== principal.orgId) {
    throw new AppError('not_found', 'there is no such organization for this key');
  }
  const platform = principal.platform ?? asked.platform ?? null;
  const known = platform === null ? undefined : registry[platform];
  const none = known && !hasOrganizations(known) ? '' : null;
  return { platform, orgId: principal.orgId ?? asked.org_id ?? none };
}
