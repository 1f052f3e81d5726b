import { parseArgs } from 'node:util';
import { readKeptState } from '../embedded/kept-environment.ts';
import { OperatorError } from '../embedded/operator-error.ts';

export interface DemoOptions {
  url: string;
  key: string;
}

/**
 * Parses `--url` (default: this machine at PORT, or where `npm start` ran last) and `--key` (default: POSTHORN_ADMIN_KEY, or the key that `npm start` created).
 * @throws OperatorError if there is no key
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parseArgs({ args, options: { url: { type: 'string' }, key: { type: 'string' } } });
  const folder = env['POSTHORN_DATA_DIR'] || '.posthorn';
  const kept = readKeptState(folder);
  const url = values.url ?? `http://localhost:${env['PORT'] || (kept?.apiPort ?? 8080)}`;
  const key = values.key ?? (env['POSTHORN_ADMIN_KEY'] || kept?.adminKey);
  if (key === undefined) {
    throw new OperatorError(
      `There is no admin key in ${folder}; run "npm start" first, or give --key or POSTHORN_ADMIN_KEY.`,
    );
  }
  return { url: url.replace(/\/+$/, ''), key };
}
