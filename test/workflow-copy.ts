import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const OLDER = join(ROOT, 'test/histories/older-workflows');

/** Bundles these workflows to `target`. */
async function bundle(folder: string, target: string): Promise<void> {
  const workflowsPath = join(folder, 'workflows/index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  writeFileSync(target, code);
}

/** Bundles the folder that `prepare` fills, with the project's packages available. */
async function bundleFrom(target: string, prepare: (folder: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-workflows-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    prepare(folder);
    await bundle(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The workflows saved in test/histories/older-workflows. */
export async function bundleOlderWorkflows(target: string): Promise<void> {
  await bundleFrom(target, (folder) => {
    for (const room of ['workflows', 'core/domain']) {
      mkdirSync(join(folder, room), { recursive: true });
      for (const file of readdirSync(join(OLDER, room))) {
        cpSync(join(OLDER, room, file), join(folder, room, basename(file, '.txt')));
      }
    }
  });
}

/** The current workflows with a timer added before everything else: a change without a patch. */
export async function bundleChangedWorkflows(target: string): Promise<void> {
  await bundleFrom(target, (folder) => {
    cpSync(join(ROOT, 'workflows'), join(folder, 'unchanged'), { recursive: true });
    cpSync(join(ROOT, 'core/domain'), join(folder, 'core/domain'), { recursive: true });
    const names = readdirSync(join(ROOT, 'workflows')).filter(
      (file) => !/^(index|messages|traces|follow-current)\.ts$|\.test\.ts$/.test(file),
    );
    const wrapped = names.map((file) => {
      const name = basename(file, '.ts');
      return `import { ${name} as unchanged_${name} } from '../unchanged/${file}';
export async function ${name}(...args) { await sleep(1); return await unchanged_${name}(...args); }`;
    });
    mkdirSync(join(folder, 'workflows'));
    const text = [`import { sleep } from '@temporalio/workflow';`, ...wrapped].join('\n');
    writeFileSync(join(folder, 'workflows/index.ts'), text);
  });
}
