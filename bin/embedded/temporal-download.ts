import { TestWorkflowEnvironment } from '@temporalio/testing';

// Runs in a separate process, so that a hanging download can be killed: node temporal-download.ts <folder> <version>
const [, , downloadDir, version] = process.argv;
const executable = { type: 'cached-download', downloadDir, version } as const;
const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
await environment.teardown();
