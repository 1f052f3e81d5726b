import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { Counted } from '../../core/domain/counted.ts';
import { newId } from '../../core/new-id.ts';
import { writeAuditEntry, type AuditRecord } from '../../core/db/audit.ts';
import { Recovery } from '../../core/db/entities/recovery.ts';
import { countDeliveries } from '../history/history.ts';
import { nextQuery, type RecoveryScope } from './recovery-match.ts';
import { search } from '../../core/db/window.ts';
import type { Transaction } from '../../core/db/transaction.ts';

export type RecoveryRequest = Omit<RecoveryScope, 'before'> & { rate: number; createdBy: string };

/** Rows that are read to count the matches of a recovery. */
const COUNT_WINDOW = 50_000;

/** Counts the deliveries that a recovery would retry now. */
export async function countMatches(
  pool: pg.Pool,
  { platform, orgId, filter }: Omit<RecoveryScope, 'before'>,
): Promise<Counted> {
  const { status: statuses, event: eventType, webhook_id: webhookId, since, until, ids } = filter;
  const before = newId();
  if (ids) {
    const rows = await search<{ id: string | null }>(
      pool,
      nextQuery({ platform, orgId, filter, before }, null, ids.length),
    );
    return { count: rows.filter(({ id }) => id !== null).length, exact: true };
  }
  const times = {
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
  };
  return await countDeliveries(
    pool,
    { platform, orgId, statuses, eventType, webhookId, before, ...times },
    COUNT_WINDOW,
  );
}

/** Stores a recovery and notifies the workers after the commit. Without matches it is complete at once. */
export async function createRecovery(
  { em, execute }: Transaction,
  { platform, orgId, filter, rate, createdBy }: RecoveryRequest,
  { count: matched, exact: matchedExact }: Counted,
): Promise<Recovery> {
  const id = newId();
  const now = new Date();
  const begins = matched > 0 || !matchedExact;
  const recovery = em.create(Recovery, {
    id,
    platform,
    orgId,
    state: begins ? 'running' : 'completed',
    filter,
    rate,
    matched,
    matchedExact,
    retried: 0,
    skipped: {},
    createdBy,
    workflowId: begins ? workflowIdOf(id) : null,
    createdAt: now,
    updatedAt: now,
    finishedAt: begins ? null : now,
  });
  em.persist(recovery);
  note(em, recovery, 'recovery.started', createdBy, {
    filter,
    rate,
    matched,
    ...(!matchedExact && { matched_exact: false }),
  });
  await em.flush();
  if (!begins) await execute('update recoveries set told_revision = revision where id = ?', [id]);
  await notify(execute, id);
  return recovery;
}

export interface RecoveryChange {
  action: Extract<AuditRecord['action'], `recovery.${string}`>;
  state?: 'running' | 'paused' | 'cancelled';
  rate?: number;
}

/**
 * Changes a recovery that has not ended; a worker signals its workflow. A change without effect writes no audit entry. `recovery` must
 * be locked.
 */
export async function changeRecovery(
  { em, execute }: Transaction,
  recovery: Recovery,
  { action, state = recovery.state as 'running' | 'paused', rate = recovery.rate }: RecoveryChange,
  actor: string,
): Promise<void> {
  if (state === recovery.state && rate === recovery.rate) return;
  const now = new Date();
  Object.assign(recovery, { state, rate, updatedAt: now, finishedAt: state === 'cancelled' ? now : null });
  note(em, recovery, action, actor, action === 'recovery.updated' ? { rate } : {});
  await em.flush();
  await execute('update recoveries set revision = revision + 1 where id = ?', [recovery.id]);
  await notify(execute, recovery.id);
}

function workflowIdOf(recoveryId: string): string {
  return `recovery-${recoveryId}`;
}

function note(
  em: EntityManager,
  { id: subjectId, platform = null, orgId = null }: Recovery,
  action: AuditRecord['action'],
  actor: string,
  details: Record<string, unknown>,
): void {
  writeAuditEntry(em, { actor, action, platform, orgId, subjectId, details });
}

async function notify(execute: Transaction['execute'], id: string): Promise<void> {
  await execute(`select pg_notify('posthorn_recoveries', ?)`, [id]);
}
