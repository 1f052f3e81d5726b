import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig, type Config } from '../core/config.ts';
import { hasMasterKey } from '../core/master-key.ts';
import { ImportError } from './sources/source.ts';

const LOOPBACK = '127.0.0.0/8,::1/128';

/** The parts of a data folder's `posthorn.json` that reach its database. */
interface Installation {
  postgresPassword?: string;
  masterKey?: string;
  ports?: { postgres?: number };
}

/**
 * The Posthorn to import into: the environment's, or else the one that `npm start` runs on the data folder.
 * @throws ConfigError, ImportError
 */
export function findTarget(env: NodeJS.ProcessEnv): Config {
  if (env['DATABASE_URL']) return readConfig(env);
  const file = join(resolve(env['POSTHORN_DATA_DIR'] || '.posthorn'), 'posthorn.json');
  const { postgresPassword, masterKey, ports } = readInstallation(file);
  if (!postgresPassword || !masterKey || !ports?.postgres) {
    throw new ImportError(`${file} is not complete: start Posthorn once, or set DATABASE_URL and POSTHORN_MASTER_KEY`);
  }
  const { TEMPORAL_ADDRESS, POSTHORN_TARGET_ALLOWLIST: allowlist = TEMPORAL_ADDRESS ? '' : LOOPBACK } = env;
  return readConfig({
    ...env,
    DATABASE_URL: `postgresql://posthorn:${postgresPassword}@127.0.0.1:${ports.postgres}/posthorn`,
    ...(!hasMasterKey(env) && { POSTHORN_MASTER_KEY: masterKey }),
    POSTHORN_TARGET_ALLOWLIST: allowlist,
  });
}

function readInstallation(file: string): Installation {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Installation;
  } catch {
    throw new ImportError(
      `which Posthorn? DATABASE_URL is not set, and there is no ${file}. Set DATABASE_URL and POSTHORN_MASTER_KEY, or POSTHORN_DATA_DIR`,
    );
  }
}
