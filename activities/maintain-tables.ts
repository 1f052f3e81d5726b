import { expireHeld } from '../core/db/expire-held.ts';
import { ensurePartitions, type Query } from '../core/db/partitions.ts';
import { dropOldPartitions } from '../core/db/retention.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Idempotency keys are kept for two days; the contract promises one. */
const FORGET_KEYS = `
  delete from idempotency_keys where (platform, org_id, key) in (
    select platform, org_id, key from idempotency_keys where created_at < now() - interval '2 days' limit 10000)
  returning 1`;

/** A recovery is kept as long as the deliveries that name it. */
const FORGET_RECOVERIES = `delete from recoveries where finished_at < now() - $1 * interval '1 day' - interval '1 week'`;

/**
 * Makes partitions ahead, cancels what was held for longer than the retention, drops partitions past it, forgets old idempotency keys and
 * recoveries. Returns the dropped partitions.
 */
export async function maintainTables(query: Query, retentionDays: number): Promise<string[]> {
  const now = new Date();
  const before = new Date(now.getTime() - retentionDays * DAY_MS);
  await ensurePartitions(query, now);
  while ((await query(FORGET_KEYS)).length > 0);
  await query(FORGET_RECOVERIES, [retentionDays]);
  await expireHeld(query, before);
  return await dropOldPartitions(query, before);
}
