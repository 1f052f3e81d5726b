import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { followCurrentVersion } from './follow-current.ts';

const { maintainTables } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  retry: { maximumInterval: '10 minutes' },
});

/** Creates partitions ahead and drops those beyond the retention; started by a Temporal schedule. */
export async function maintain(): Promise<string[]> {
  return await maintainTables();
}

followCurrentVersion(maintain);
