import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type Logger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Bundles the workflows of a file and the interceptors of `traces.ts` beside it. Takes one or two seconds. */
export async function bundleWorkflows(workflowsPath: string, logger?: Logger): Promise<WorkflowBundleWithSourceMap> {
  const workflowInterceptorModules = [join(dirname(workflowsPath), 'traces.ts')];
  return await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, ...(logger && { logger }) });
}
