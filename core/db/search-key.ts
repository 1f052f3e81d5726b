/** The bits of a key that are the owner's; the 40 above are the value's. */
const OWNER_MASK = 2 ** 24 - 1;

/**
 * SQL of the key in `event_values` of a value in an owner's event. The events of all owners with one value are beside each other. Arguments
 * are SQL of texts; the value must have passed through `foldValue`.
 */
export function searchKey(platform: string, orgId: string, value: string): string {
  const ofOwner = `hashtextextended(${platform} || E'\\n' || ${orgId}, 0) & ${OWNER_MASK}`;
  return `(${firstKey(value)} | (${ofOwner}))`;
}

/** SQL of the first key of a value, over all owners. */
export function firstKey(value: string): string {
  return `(hashtextextended(${value}, 0) & ~${OWNER_MASK}::bigint)`;
}

/** SQL of the last key of a value, over all owners. */
export function lastKey(value: string): string {
  return `(hashtextextended(${value}, 0) | ${OWNER_MASK})`;
}

/** Upper and lower case are the same. */
export function foldValue(value: string): string {
  return value.toLowerCase();
}
