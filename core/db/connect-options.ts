import type pg from 'pg';

/** Parameters of the URL that would replace what the code depends on. */
const OURS = [
  'application_name',
  'fallback_application_name',
  'replication',
  'query_timeout',
  'statement_timeout',
  'lock_timeout',
  'connectionTimeoutMillis',
  'keepAlive',
  'options',
];

/**
 * The URL of the operator together with our options: `pg` by itself would let the URL replace them. The settings in its `options`
 * hold unless ours say otherwise.
 */
export function connectOptions(
  databaseUrl: string,
  { options: ours, ...rest }: pg.PoolConfig,
): pg.PoolConfig & { connectionString: string } {
  const url = new URL(databaseUrl);
  const theirs = url.searchParams.get('options');
  for (const name of OURS) url.searchParams.delete(name);
  const options = [theirs, ours].filter(Boolean).join(' ');
  return { ...rest, connectionString: url.toString(), ...(options !== '' && { options }) };
}
