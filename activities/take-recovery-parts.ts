import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { takePart } from '../delivery/recover/recovery-part.ts';
import { inPoolTransaction } from '../core/db/transaction.ts';
import type { RecoveryProgress } from '../core/domain/recovery.ts';

/** Duration of a run, so that the workflow gets a result every few seconds and another worker soon replaces a dead one. */
const RUN_MS = 3_000;

/** Takes the next parts of a recovery at its rate, for at most three seconds; parts without a match are followed at once. */
export async function takeRecoveryParts(pool: pg.Pool, recoveryId: string): Promise<RecoveryProgress> {
  const end = performance.now() + RUN_MS;
  const progress: RecoveryProgress = { state: 'running', retried: 0, skipped: 0 };
  for (let due = performance.now(); due < end;) {
    const part = await inPoolTransaction(pool, (client) => takePart(client, recoveryId));
    progress.state = part.state;
    progress.retried += part.retried;
    progress.skipped += part.skipped;
    if (part.state !== 'running') break;
    due = Math.max(due + part.intervalMs, performance.now() - part.intervalMs);
    await sleep(Math.max(0, due - performance.now()));
  }
  return progress;
}
