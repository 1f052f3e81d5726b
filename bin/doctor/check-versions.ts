import type { Connection } from '@temporalio/client';
import type { Finding } from '../../cli/doctor/finding.ts';
import {
  describeVersion,
  explainRouting,
  isSame,
  readRouting,
  readVersions,
  type WorkerVersion,
} from '../../delivery/handover/workflow-routing.ts';

const LIMIT_MS = 5_000;

/** Checks which workers get the workflows, and whether some wait for a version whose workers are gone. */
export async function checkVersions(connection: Connection, namespace: string, taskQueue: string): Promise<Finding[]> {
  const name = 'worker versions';
  try {
    return await connection.withDeadline(Date.now() + LIMIT_MS, async () => {
      const routing = await readRouting(connection, namespace, taskQueue);
      const problem = explainRouting(routing);
      if (problem)
        return [{ name, level: 'problem', detail: problem, advice: 'See docs/upgrades.md, Worker versions.' }];
      const deployment = [routing.current, ...routing.workers].find((one) => one)?.deploymentName;
      if (deployment === undefined) return [{ name, level: 'ok', detail: 'are not used' }];
      const versions = await readVersions(connection, namespace, deployment);
      const detail = versions.map(({ version, status }) => `${version.buildId} is ${status}`).join(', ');
      const findings: Finding[] = [{ name, level: 'ok', detail: `of ${deployment}: ${detail}` }];
      for (const { version, status } of versions) {
        if (status !== 'draining') continue;
        const hasWorker = routing.workers.some((worker) => isSame(worker, version));
        findings.push(...(await countOlder(connection, namespace, version, hasWorker)));
      }
      return findings;
    });
  } catch (error) {
    const [detail = ''] = (error as Error).message.split('\n');
    return [{ name, level: 'skipped', detail: `cannot be read: ${detail}` }];
  }
}

/** The workflows of a version that is not current anymore. Without workers of it they wait, and their deliveries do not. */
async function countOlder(
  { workflowService }: Connection,
  namespace: string,
  version: WorkerVersion,
  hasWorker: boolean,
): Promise<Finding[]> {
  const query = `TemporalWorkerDeploymentVersion = '${version.deploymentName}:${version.buildId}' and ExecutionStatus = 'Running'`;
  const count = Number((await workflowService.countWorkflowExecutions({ namespace, query })).count);
  if (count === 0) return [];
  const finding = { name: 'older workflows', detail: `${count} of version ${describeVersion(version)}` };
  if (hasWorker) return [{ ...finding, level: 'ok' }];
  return [
    {
      ...finding,
      level: 'warning',
      detail: `${finding.detail} wait, because it has no worker; dispatchers make their retries`,
      advice: `Start one, or: temporal workflow update-options --query "${query}" --versioning-override-behavior auto_upgrade`,
    },
  ];
}
