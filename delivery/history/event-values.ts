import type { OwnerFilter, Parameters } from '../../core/db/owner.ts';
import { firstKey, foldValue, lastKey, searchKey } from '../../core/db/search-key.ts';

/** An event's deliveries were made at most this long before or after its id, whatever the clocks say. */
export const CLOCKS_MS = 24 * 3_600_000;

/** Selects the keys in `event_values` of a value: one, or that of each owner of an event with it. */
export function keysOf(parameters: Parameters, { platform, orgId }: OwnerFilter, value: string): string {
  const sought = `${parameters.bind(foldValue(value))}::text`;
  if (platform !== null && orgId !== null) {
    const [ofPlatform, ofOrg] = [platform, orgId].map((part) => `${parameters.bind(part)}::text`);
    return `select ${searchKey(ofPlatform!, ofOrg!, sought)} as key`;
  }
  const [first, last] = [firstKey(sought), lastKey(sought)];
  return `select key from (
      with recursive keys as (
        (select key from event_values where key between ${first} and ${last} order by key limit 1)
        union all
        select (select key from event_values where key > k.key and key <= ${last} order by key limit 1)
        from keys k where k.key is not null
      )
      select key from keys where key is not null
    ) k`;
}
