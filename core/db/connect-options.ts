import type pg from 'pg';

/** Parameters of the URL that would override required options. */
const OURS = [
  'application_name',
  'fallback_application_name',
  'replication',
  'query_timeout',
  'statement_timeout',
  'lock_timeout',
  'connectionTimeoutMillis',
  'keepAlive',
];

export interface ConnectOptions extends pg.PoolConfig {
  /** Settings of the session, by name. They are set after connecting, because poolers refuse most of them in the startup message. */
  settings?: Record<string, string | number>;
}

/**
 * Combines the operator's URL with our options, which `pg` would let the URL override. The settings in its `options`
 * apply unless ours override them.
 */
export function connectOptions(
  databaseUrl: string,
  { settings, ...rest }: ConnectOptions,
): pg.PoolConfig & { connectionString: string } {
  const url = new URL(databaseUrl);
  for (const name of OURS) url.searchParams.delete(name);
  const connectionString = url.toString();
  if (!settings) return { ...rest, connectionString };
  const values = [Object.keys(settings), Object.values(settings).map(String)];
  return {
    ...rest,
    connectionString,
    // The pool awaits it, although its type does not say so.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: async (client) => {
      await client.query({ text: SET, values, query_timeout: rest.connectionTimeoutMillis } as pg.QueryConfig);
      const { onConnect } = rest as { onConnect?: (client: pg.ClientBase) => Promise<void> };
      await onConnect?.(client);
    },
  };
}

const SET = 'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as t(name, value)';
