import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const target = new URL('../build/workflow-bundle.js', import.meta.url);

const { code } = await bundleWorkflowCode({ workflowsPath });
await mkdir(new URL('.', target), { recursive: true });
await writeFile(target, code);
console.log(`Bundled the workflows: ${(code.length / 1024 / 1024).toFixed(2)} MB.`);
