import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the tests of upgrades upgrade from. At a release, set both to it. Until there is one: the oldest commit whose processes
 * may run beside the current ones.
 */
export const LAST_RELEASE = {
  commit: 'cae6e74375cde2f0fa6a140c9d44af911d65d45d',
  /** Its last migration. */
  migration: 'm0020-ordering',
};

const HERE = fileURLToPath(new URL('../', import.meta.url));

/** Whether this clone has the history that it takes. */
export const hasLastRelease =
  spawnSync('git', ['cat-file', '-e', `${LAST_RELEASE.commit}^{commit}`], { cwd: HERE }).status === 0;

/** Checks the last release out into a new folder, with the packages of this checkout. */
export function checkOutLastRelease(folder: string): void {
  mkdirSync(folder);
  const archive = execFileSync('git', ['archive', LAST_RELEASE.commit], { cwd: HERE, maxBuffer: 1024 ** 3 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'));
}
