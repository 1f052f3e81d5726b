/** SQL: the key of this alias in `api_keys` works. */
export const isValid = (key: string): string =>
  `${key}.revoked_at is null and (${key}.expires_at is null or ${key}.expires_at > now())`;

/** SQL of `left_ms` of a FoundRow. */
export const leftMs = (key: string): string =>
  `extract(epoch from ${key}.expires_at - now())::float8 * 1000 as left_ms`;
