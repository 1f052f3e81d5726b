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
import { recoveryChanged, recoveryProgress, type RecoverInput } from './messages.ts';

/** A run takes three seconds: one that takes so long lost its worker, and the part that it was at with it. */
const RUN_TIMEOUT_MS = 10_000;

const { takeRecoveryParts, cancelRecovery } = proxyActivities<Activities>({
  startToCloseTimeout: RUN_TIMEOUT_MS,
  retry: { maximumInterval: '5 seconds' },
});

/**
 * Sees a bulk recovery through. The row in PostgreSQL says how far it is and what it is to do; a change there is announced by
 * a signal. So it can begin anywhere, and begin again.
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
