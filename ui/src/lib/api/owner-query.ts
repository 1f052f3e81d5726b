import type { OwnerScope } from '../scope.svelte.ts';

/** The query parameters for an owner. Null fields are omitted: everything the key may see. */
export function ownerQuery({ platform, org_id }: OwnerScope): { platform?: string; org_id?: string } {
  return { ...(platform !== null && { platform }), ...(org_id !== null && { org_id }) };
}
