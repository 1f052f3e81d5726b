import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The inputs of the dashboard build. */
export const SOURCES = [
  'ui',
  'clients/typescript/src',
  'core/contracts',
  'core/domain',
  'core/options',
  'package-lock.json',
];

/** The folder from which the API serves the dashboard. */
export const UI_FOLDER = join(ROOT, 'build/ui');
/** The hash of the sources of the current build, in a file beside it. */
export const UI_STAMP = `${UI_FOLDER}.sources`;

/** Hashes the names and contents of the dashboard's sources, except tests. */
export function hashUiSources(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    const names = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [''];
    for (const name of names.toSorted()) {
      const file = join(path, name);
      if (name.endsWith('.test.ts') || !statSync(file).isFile()) continue;
      hash.update(`${source}/${name}\0`).update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** Whether the current build was made from these sources. */
export function isUiBuilt(sources: string): boolean {
  return existsSync(UI_FOLDER) && existsSync(UI_STAMP) && readFileSync(UI_STAMP, 'utf8') === sources;
}
