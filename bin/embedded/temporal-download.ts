import { TestWorkflowEnvironment } from '@temporalio/testing';

// Run as a process of its own, so that a download that hangs can be ended: node temporal-download.ts <folder> <version>
const [, , downloadDir, version] = process.argv;
const executable = { type: 'cached-download', downloadDir, version } as const;
const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
await environment.teardown();
