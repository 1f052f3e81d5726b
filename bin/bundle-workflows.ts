import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../delivery/handover/workflow-bundle.ts';

// Writes the workflow bundle for POSTHORN_WORKFLOW_BUNDLE, so that workers need not bundle the workflows at their start.
const target = resolve(process.argv[2] ?? 'build/workflow-bundle.js');
const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const { code } = await bundleWorkflows(workflowsPath, new DefaultLogger('WARN'));
await mkdir(dirname(target), { recursive: true });
await writeFile(target, code);
console.log(`Bundled the workflows in ${target} (${(code.length / 1024 / 1024).toFixed(2)} MB).`);
