import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { hashUiSources, isUiBuilt, UI_FOLDER, UI_STAMP } from './ui-sources.ts';

async function buildUi(sources: string): Promise<void> {
  const root = fileURLToPath(new URL('../ui', import.meta.url));
  const built = `${UI_FOLDER}-${process.pid}`;
  mkdirSync(built, { recursive: true });
  try {
    const configFile = join(root, 'vite.config.ts');
    await build({ root, configFile, logLevel: 'warn', build: { outDir: built, emptyOutDir: true } });
    replaceBuilt(built);
    writeFileSync(UI_STAMP, sources);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

/** Replaces the old build atomically, so that no request gets a mixture. */
function replaceBuilt(built: string): void {
  const old = `${built}-old`;
  if (existsSync(UI_FOLDER)) renameSync(UI_FOLDER, old);
  renameSync(built, UI_FOLDER);
  rmSync(old, { recursive: true, force: true });
}

// Builds the dashboard to build/ui unless it is up to date.
const sources = hashUiSources();
if (isUiBuilt(sources)) {
  console.log('The dashboard is built already.');
} else {
  const start = Date.now();
  await buildUi(sources);
  console.log(`Built the dashboard in ${((Date.now() - start) / 1000).toFixed(1)} s.`);
}
