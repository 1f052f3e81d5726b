import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasMasterKey } from '../../core/master-key.ts';
import type { KeptState } from './data-dir.ts';
import { writeUrl } from './postgres.ts';

/** Receivers on this machine: allowed where everything is embedded. */
export const LOOPBACK = '127.0.0.0/8,::1/128';

/**
 * The environment that the server has: what is set, and the embedded parts of the first of these data folders that has any, as
 * `npm start` passes them on.
 */
export function completeEnvironment(env: NodeJS.ProcessEnv, dataDirs: readonly string[]): NodeJS.ProcessEnv {
  const state = dataDirs.map(readKeptState).find((found) => found !== undefined);
  if (!state) return env;
  const { postgres, temporal } = state.ports;
  const hasPostgres = !env['DATABASE_URL'] && postgres !== undefined;
  const hasTemporal = !env['TEMPORAL_ADDRESS'] && temporal !== undefined;
  return {
    ...(hasPostgres && hasTemporal && { POSTHORN_TARGET_ALLOWLIST: LOOPBACK }),
    ...env,
    ...(!hasMasterKey(env) && { POSTHORN_MASTER_KEY: state.masterKey }),
    ...(hasPostgres && { DATABASE_URL: writeUrl(state, postgres) }),
    ...(hasTemporal && { TEMPORAL_ADDRESS: `127.0.0.1:${temporal}` }),
  };
}

/** What `npm start` keeps in a data folder; undefined if there is none. */
export function readKeptState(folder: string): KeptState | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'posthorn.json'), 'utf8')) as KeptState;
  } catch {
    return undefined;
  }
}
