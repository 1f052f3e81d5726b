import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { RecoveryProgress } from '../core/domain/recovery.ts';
import { followCurrentVersion } from './follow-current.ts';
import { recoveryChanged, recoveryProgress, type RecoverInput } from './messages.ts';

/** A run takes three seconds: one that takes this long has lost its worker and its current part. */
const RUN_TIMEOUT_MS = 10_000;

const { takeRecoveryParts, cancelRecovery } = proxyActivities<Activities>({
  startToCloseTimeout: RUN_TIMEOUT_MS,
  retry: { maximumInterval: '5 seconds' },
});

/**
 * Runs a recovery. Its row in PostgreSQL has the progress and the requested state; a signal announces a change of it.
 * The workflow can therefore be started again at any time.
 */
export async function recover({ recoveryId, retried = 0, skipped = 0 }: RecoverInput): Promise<RecoveryProgress> {
  let changes = 0;
  const total: RecoveryProgress = { state: 'running', retried, skipped };
  setHandler(recoveryProgress, () => total);
  setHandler(recoveryChanged, () => void changes++);
  try {
    for (;;) {
      const seen = changes;
      const run = await takeRecoveryParts(recoveryId);
      total.state = run.state;
      total.retried += run.retried;
      total.skipped += run.skipped;
      if (run.state === 'completed' || run.state === 'cancelled') return total;
      if (run.state === 'paused') await condition(() => changes > seen);
      if (workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof recover>({ recoveryId, retried: total.retried, skipped: total.skipped });
      }
    }
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => cancelRecovery(recoveryId));
    throw error;
  }
}

followCurrentVersion(recover);
