import { setWorkflowOptions } from '@temporalio/workflow';

/** Defined by workers with a version, in front of the bundle: Temporal refuses a behavior from the others. */
declare const POSTHORN_WORKER_HAS_VERSION: true | undefined;

/** Lets a workflow follow the current version of the workers, instead of staying with the one that began it. */
export function followCurrentVersion<Args extends unknown[], Result>(
  workflow: (...args: Args) => Promise<Result>,
): void {
  if (typeof POSTHORN_WORKER_HAS_VERSION === 'undefined') return;
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, workflow);
}
