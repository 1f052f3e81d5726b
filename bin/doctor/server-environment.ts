import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasMasterKey } from '../../core/master-key.ts';
import type { KeptState } from '../embedded/data-dir.ts';
import { writeUrl } from '../embedded/postgres.ts';

/**
 * The environment that the server has: what is set, and the embedded parts of the first of these data folders that has any, as
 * `npm start` passes them on.
 */
export function completeEnvironment(env: NodeJS.ProcessEnv, dataDirs: readonly string[]): NodeJS.ProcessEnv {
  const state = dataDirs.map(readState).find((found) => found !== undefined);
  if (!state) return env;
  const { ports } = state;
  return {
    ...env,
    ...(!hasMasterKey(env) && { POSTHORN_MASTER_KEY: state.masterKey }),
    ...(!env['DATABASE_URL'] && ports.postgres !== undefined && { DATABASE_URL: writeUrl(state, ports.postgres) }),
    ...(!env['TEMPORAL_ADDRESS'] &&
      ports.temporal !== undefined && { TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}` }),
  };
}

function readState(folder: string): KeptState | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'posthorn.json'), 'utf8')) as KeptState;
  } catch {
    return undefined;
  }
}
