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

/** Puts the new build in the old one's place at once: nobody is served half of one. */
function replaceBuilt(built: string): void {
  const old = `${built}-old`;
  if (existsSync(UI_FOLDER)) renameSync(UI_FOLDER, old);
  renameSync(built, UI_FOLDER);
  rmSync(old, { recursive: true, force: true });
}

// Builds the dashboard in build/ui, unless what is there was made of the same sources.
const sources = hashUiSources();
if (isUiBuilt(sources)) {
  console.log('The dashboard is built already.');
} else {
  const start = Date.now();
  await buildUi(sources);
  console.log(`Built the dashboard in ${((Date.now() - start) / 1000).toFixed(1)} s.`);
}
