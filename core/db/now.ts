/** SQL: milliseconds since 1970 by the clock of the database, at the moment. */
export const NOW_MS = 'extract(epoch from clock_timestamp())::float8 * 1000';
