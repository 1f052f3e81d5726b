import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const outDir = join(root, 'cli', 'dist');

/** Builds the program of `@posthorn/cli`: one file that needs nothing but Node. */
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'cli/packaged.ts',
    outDir,
    emptyOutDir: true,
    target: 'node20',
    rolldownOptions: { output: { entryFileNames: 'posthorn.js', banner: '#!/usr/bin/env node' } },
  },
});
chmodSync(join(outDir, 'posthorn.js'), 0o755);
