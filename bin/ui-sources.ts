import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What the built dashboard depends on. */
const SOURCES = ['ui', 'core/contracts', 'core/domain', 'core/options', 'package-lock.json'];

/** Where the API looks for the dashboard. */
export const UI_FOLDER = join(ROOT, 'build/ui');
/** Beside it: the hash of what it was made of. */
export const UI_STAMP = `${UI_FOLDER}.sources`;

/** One hash over the names and contents of the dashboard's sources, tests left out. */
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

/** Whether the built dashboard was made of these sources. */
export function isUiBuilt(sources: string): boolean {
  return existsSync(UI_FOLDER) && existsSync(UI_STAMP) && readFileSync(UI_STAMP, 'utf8') === sources;
}
