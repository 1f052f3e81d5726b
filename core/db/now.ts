/** SQL: the current time of the database, in milliseconds since 1970. */
export const NOW_MS = 'extract(epoch from clock_timestamp())::float8 * 1000';
