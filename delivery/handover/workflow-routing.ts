import type { ConnectionLike } from '@temporalio/client';

/** A version of the workers, as Temporal knows it. */
export interface WorkerVersion {
  deploymentName: string;
  buildId: string;
}

/** Which workers get the new workflows of a task queue. */
export interface WorkflowRouting {
  /** The version that gets them; null: workers without a version. */
  current: WorkerVersion | null;
  /** The versions of the workers that ask for work; null: a worker without a version. */
  workers: (WorkerVersion | null)[];
  /** How long the oldest workflow task has waited for a worker, seconds. */
  waitingS: number;
}

/** Temporal's number for a worker with a version. */
const VERSIONED = 2;
/**
 * A worker asks again after a minute at the latest, and Temporal names it for five. One that asked this much earlier than the last one is
 * gone. So neither clock has to be right.
 */
const SILENT_S = 75;
/** Workflow tasks that wait for this long have no worker, or too few. */
const LONG_WAIT_S = 30;

/** Asks Temporal. */
export async function readRouting(
  { workflowService }: ConnectionLike,
  namespace: string,
  taskQueue: string,
): Promise<WorkflowRouting> {
  const { pollers, versioningInfo, stats } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
    reportStats: true,
  });
  const workers = (pollers ?? []).map(({ lastAccessTime, deploymentOptions }) => ({
    askedS: Number(lastAccessTime?.seconds ?? 0),
    version: Number(deploymentOptions?.workerVersioningMode) === VERSIONED ? versionOf(deploymentOptions) : null,
  }));
  const lastS = Math.max(...workers.map(({ askedS }) => askedS));
  return {
    current: versionOf(versioningInfo?.currentDeploymentVersion),
    workers: workers.filter(({ askedS }) => askedS > lastS - SILENT_S).map(({ version }) => version),
    waitingS: Number(stats?.approximateBacklogAge?.seconds ?? 0),
  };
}

/** Temporal's numbers for the states of a version. */
const STATES: Record<number, string> = { 1: 'inactive', 2: 'current', 3: 'ramping', 4: 'draining', 5: 'drained' };

export interface VersionState {
  version: WorkerVersion;
  /** `current`, `ramping`, `draining` (has pinned workflows, or had a few minutes ago), `drained` or `inactive`. */
  status: string;
}

/** The versions that Temporal knows of a deployment. */
export async function readVersions(
  { workflowService }: ConnectionLike,
  namespace: string,
  deploymentName: string,
): Promise<VersionState[]> {
  const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({ namespace, deploymentName });
  return (workerDeploymentInfo?.versionSummaries ?? []).flatMap(({ deploymentVersion, status }) => {
    const version = versionOf(deploymentVersion);
    return version ? [{ version, status: STATES[status ?? 0] ?? 'unknown' }] : [];
  });
}

/** Says why nobody runs new workflows, and what to do. Null: they are run, or there is no worker at all. */
export function explainRouting({ current, workers, waitingS }: WorkflowRouting): string | null {
  if (workers.length === 0) return null;
  if (!workers.some((worker) => isSame(worker, current))) {
    const remedy = `temporal worker deployment set-current-version ${chooseFrom(workers, current)}`;
    if (current === null) return `the workers have a version, and none is current, so nobody runs workflows: ${remedy}`;
    return `version ${describeVersion(current)} is current and has no worker, so nobody runs new workflows: start one, or ${remedy}`;
  }
  if (waitingS < LONG_WAIT_S) return null;
  const wanted = current === null ? 'without a version' : `of version ${describeVersion(current)}`;
  return `workflows have waited for ${waitingS} s for a worker ${wanted}`;
}

export function isSame(a: WorkerVersion | null, b: WorkerVersion | null): boolean {
  return a?.deploymentName === b?.deploymentName && a?.buildId === b?.buildId;
}

export function describeVersion({ deploymentName, buildId }: WorkerVersion): string {
  return `${buildId} of ${deploymentName}`;
}

/** The options of the command that gives the workflows to one of these workers. */
function chooseFrom(workers: WorkflowRouting['workers'], current: WorkerVersion | null): string {
  const versions = workers.filter((worker) => worker !== null);
  const [first] = versions;
  if (!first) return `--deployment-name ${current?.deploymentName} --unversioned`;
  const buildIds = new Set(versions.map(({ buildId }) => buildId));
  return `--deployment-name ${first.deploymentName} --build-id ${[...buildIds].join(' or ')}`;
}

interface Raw {
  deploymentName?: string | null;
  buildId?: string | null;
}

function versionOf(raw: Raw | null | undefined): WorkerVersion | null {
  if (!raw?.deploymentName || !raw.buildId) return null;
  return { deploymentName: raw.deploymentName, buildId: raw.buildId };
}
