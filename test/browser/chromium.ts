import { spawnSync } from 'node:child_process';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const UPDATE_LIMIT_MS = 60_000;
const INSTALL_LIMIT_MS = 240_000;

export const HOW_TO_GET_CHROMIUM =
  'There is no Chromium for the browser tests: install it (apt-get install chromium), or name one in POSTHORN_CHROMIUM.';

/**
 * Finds Chromium: the program named by POSTHORN_CHROMIUM, otherwise the first on PATH that runs, otherwise a newly installed one, if
 * installing is allowed. Undefined if there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv, say: (line: string) => void): string | undefined {
  const named = env['POSTHORN_CHROMIUM'];
  if (named) {
    if (runs(named)) return named;
    throw new Error(`POSTHORN_CHROMIUM is ${named}, which does not run here.`);
  }
  return findOnPath() ?? (install(say) ? findOnPath() : undefined);
}

function findOnPath(): string | undefined {
  return NAMES.filter(runs).map(resolvePath)[0];
}

/** Some distributions ship a stub that only asks to install another package. It does not run. */
function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

function resolvePath(program: string): string {
  return spawnSync('/bin/sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' }).stdout.trim();
}

/** Installs with apt-get, if it exists and the user has permission. */
function install(say: (line: string) => void): boolean {
  if (!runs('apt-get')) return false;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const aptGet = (args: string[], timeout: number) => {
    const [file = '', ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    return spawnSync(file, rest, { stdio: 'ignore', timeout }).status === 0;
  };
  say('Installing Chromium for the browser tests by apt-get (once, about a minute) …');
  return (
    aptGet(['update'], UPDATE_LIMIT_MS) &&
    aptGet(['install', '-y', '--no-install-recommends', 'chromium'], INSTALL_LIMIT_MS)
  );
}
