import type { Logger } from 'pino';
import { databaseTime, findClockDoubt } from '../core/db/clock-doubt.ts';
import { expireHeld } from '../delivery/maintain/expire-held.ts';
import { ensurePartitions, listPartitions, WEEK_MS, type Query } from '../core/db/partitions.ts';
import { pruneAuditLog } from '../delivery/maintain/prune-audit-log.ts';
import { dropOldPartitions, isPast } from '../delivery/maintain/retention.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Idempotency keys are kept for two days; the contract promises one. */
const FORGET_KEYS = `
  delete from idempotency_keys where (platform, org_id, key) in (
    select platform, org_id, key from idempotency_keys where created_at < now() - interval '2 days' limit 10000)
  returning 1`;

/** A recovery is kept as long as the deliveries that name it. */
const FORGET_RECOVERIES = `delete from recoveries where finished_at < now() - $1 * interval '1 day' - interval '1 week'`;

/** Attempts no longer use them. */
const FORGET_SECRETS = `
  update webhooks set previous_secret = null, previous_secret_expires_at = null where previous_secret_expires_at <= now()`;

const NOTE = 'update maintenance set done_at = now(), refusal = $1';

/**
 * Creates partitions ahead, by the database's time. If the time is plausible, cancels deliveries that were held for longer than the
 * retention, drops partitions beyond it, and deletes old idempotency keys,
 * replaced secrets, recoveries and audit entries. Returns the dropped partitions.
 */
export async function maintainTables(query: Query, retentionDays: number, log: Logger): Promise<string[]> {
  const now = await databaseTime(query);
  const before = new Date(now.getTime() - retentionDays * DAY_MS);
  await ensurePartitions(query, now, { keptFrom: before });
  const doubt = await findClockDoubt(query, now);
  if (doubt === null) {
    const dropped = await forget(query, retentionDays, before);
    await query(NOTE, [null]);
    return dropped;
  }
  const isOverdue = (await listPartitions(query)).some((partition) => isPast(partition, before));
  if (isOverdue) log.error(`maintenance skipped: a clock may be wrong: ${doubt}`);
  await query(NOTE, [isOverdue ? doubt : null]);
  return [];
}

async function forget(query: Query, retentionDays: number, before: Date): Promise<string[]> {
  while ((await query(FORGET_KEYS)).length > 0);
  await query(FORGET_SECRETS);
  await query(FORGET_RECOVERIES, [retentionDays]);
  await pruneAuditLog(query, new Date(before.getTime() - WEEK_MS));
  await expireHeld(query, before);
  return await dropOldPartitions(query, before);
}
