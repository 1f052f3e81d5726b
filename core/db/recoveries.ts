import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { newId } from '../new-id.ts';
import { noteDeed, type Deed } from './audit.ts';
import { Recovery } from './entities/recovery.ts';
import { countQuery, type RecoveryScope } from './queries/recovery-match.ts';
import type { Transaction } from './transaction.ts';

export type RecoveryRequest = Omit<RecoveryScope, 'before'> & { rate: number; createdBy: string };

/** How many deliveries a recovery that began now would take. */
export async function countMatches(pool: pg.Pool, scope: Omit<RecoveryScope, 'before'>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(countQuery({ ...scope, before: newId() }));
  return rows[0]!.count;
}

/** Writes a recovery down; a worker hears of it after the commit. With nothing to do it is complete at once. */
export async function createRecovery(
  { em, execute }: Transaction,
  { platform, orgId, filter, rate, createdBy }: RecoveryRequest,
  matched: number,
): Promise<Recovery> {
  const id = newId();
  const now = new Date();
  const recovery = em.create(Recovery, {
    id,
    platform,
    orgId,
    state: matched > 0 ? 'running' : 'completed',
    filter,
    rate,
    matched,
    retried: 0,
    skipped: {},
    createdBy,
    workflowId: matched > 0 ? workflowIdOf(id) : null,
    createdAt: now,
    updatedAt: now,
    finishedAt: matched > 0 ? null : now,
  });
  em.persist(recovery);
  note(em, recovery, 'recovery.started', createdBy, { filter, rate, matched });
  await em.flush();
  if (matched === 0) await execute('update recoveries set told_revision = revision where id = ?', [id]);
  await notify(execute, id);
  return recovery;
}

export interface RecoveryChange {
  action: Extract<Deed['action'], `recovery.${string}`>;
  state?: 'running' | 'paused' | 'cancelled';
  rate?: number;
}

/**
 * Changes a recovery that has not ended, and has a worker tell its workflow. What changes nothing is no deed. `recovery` has
 * to be locked.
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
  action: Deed['action'],
  actor: string,
  details: Record<string, unknown>,
): void {
  noteDeed(em, { actor, action, platform, orgId, subjectId, details });
}

async function notify(execute: Transaction['execute'], id: string): Promise<void> {
  await execute(`select pg_notify('posthorn_recoveries', ?)`, [id]);
}
