import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { takePart } from '../delivery/recover/recovery-part.ts';
import { inPoolTransaction } from '../core/db/transaction.ts';
import type { RecoveryProgress } from '../core/domain/recovery.ts';

/** So the workflow hears of it every few seconds, and a dead worker's run is soon made by another one. */
const RUN_MS = 3_000;

/** Takes a recovery's next parts at its rate, for three seconds at most; those in which nothing matched follow at once. */
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
