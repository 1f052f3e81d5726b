import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OperatorError } from '../embedded/operator-error.ts';

export interface DemoOptions {
  url: string;
  key: string;
}

/**
 * Parses `--url` (default: this machine at PORT) and `--key` (default: POSTHORN_ADMIN_KEY, or the key that `npm start` created).
 * @throws OperatorError if there is no key
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parseArgs({ args, options: { url: { type: 'string' }, key: { type: 'string' } } });
  const url = values.url ?? `http://localhost:${env['PORT'] || '8080'}`;
  const key = values.key ?? (env['POSTHORN_ADMIN_KEY'] || readKeptKey(env['POSTHORN_DATA_DIR'] || '.posthorn'));
  return { url: url.replace(/\/+$/, ''), key };
}

function readKeptKey(dataDir: string): string {
  const file = join(dataDir, 'posthorn.json');
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { adminKey: string }).adminKey;
  } catch {
    throw new OperatorError(
      `There is no admin key in ${file}; run "npm start" first, or give --key or POSTHORN_ADMIN_KEY.`,
    );
  }
}
