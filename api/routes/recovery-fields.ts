import { LockMode } from '@mikro-orm/core';
import type { Recovery as RecoveryAnswer } from '../../core/contracts/recovery.ts';
import { AppError } from '../../core/contracts/errors.ts';
import { Recovery } from '../../core/db/entities/recovery.ts';
import {
  changeRecovery,
  countMatches,
  createRecovery,
  type RecoveryChange,
  type RecoveryRequest,
} from '../../delivery/recover/recoveries.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { RECOVERY_RATE } from '../../core/domain/recovery.ts';
import { answerJson, answerPage } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';

/** The recoveries that a caller may see: those of one owner, or of all owners that its key covers. */
export type RecoveryOwner = { platform?: string; orgId?: string };

const NO_SKIPS = { webhook_deleted: 0, webhook_inactive: 0, webhook_paused: 0, in_flight: 0, event_expired: 0 };

/** The actions on a recovery, for the routes of platforms and of the dashboard. */
export const RECOVERY_ACTIONS = [
  {
    name: 'pause',
    summary: 'Pause a recovery',
    description: 'It retries no further deliveries until it is resumed. Deliveries that are due already are sent.',
    change: { action: 'recovery.paused', state: 'paused' },
  },
  {
    name: 'resume',
    summary: 'Resume a recovery',
    description: 'It continues where it was paused.',
    change: { action: 'recovery.resumed', state: 'running' },
  },
  {
    name: 'cancel',
    summary: 'Cancel a recovery',
    description: 'It ends. Deliveries that are due already are sent.',
    change: { action: 'recovery.cancelled', state: 'cancelled' },
  },
] as const satisfies { name: string; summary: string; description: string; change: RecoveryChange }[];

export const START_DESCRIPTION =
  'Starts a recovery: it retries every delivery that matches the filter and was created before, oldest first, at most `rate` per ' +
  'second. With `dry_run` it only counts. Counting stops at 10,000 matches; a recovery starts without counting further. Deliveries ' +
  'are skipped, and counted as such, if their webhook is paused, off or deleted, if an attempt is in flight, or if their event is past ' +
  'the retention.';

interface StartInput {
  filter: RecoveryRequest['filter'];
  dry_run?: boolean | undefined;
  rate?: number | undefined;
}

/** 200 with a count for a dry run, otherwise 202 with the recovery. */
export async function startRecovery(
  deps: ApiDeps,
  owner: Pick<RecoveryRequest, 'platform' | 'orgId'>,
  { filter, dry_run: dryRun = false, rate = RECOVERY_RATE.default }: StartInput,
  createdBy: string,
): Promise<Response> {
  const count = await countMatches(deps.reads, { ...owner, filter });
  if (dryRun) return answerJson(count);
  const recovery = await inTransaction(deps.orm, (transaction) =>
    createRecovery(transaction, { ...owner, filter, rate, createdBy }, count),
  );
  return answerJson(writeRecovery(recovery), 202);
}

export async function listRecoveries(
  deps: ApiDeps,
  owner: RecoveryOwner,
  before: string | undefined,
  limit: number,
): Promise<Response> {
  const where = { ...owner, ...(before !== undefined && { id: { $lt: before } }) };
  const found = await deps.orm.em.fork().find(Recovery, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
  return answerPage(found, limit, writeRecovery);
}

export async function getRecovery(deps: ApiDeps, owner: RecoveryOwner, id: string): Promise<Response> {
  const recovery = await deps.orm.em.fork().findOne(Recovery, { ...owner, id });
  return answerJson(writeRecovery(recovery ?? missing()));
}

/** @throws AppError not_found, recovery_ended */
export async function steerRecovery(
  deps: ApiDeps,
  owner: RecoveryOwner,
  id: string,
  change: RecoveryChange,
  actor: string,
): Promise<Response> {
  const recovery = await inTransaction(deps.orm, async (transaction) => {
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const found = (await transaction.em.findOne(Recovery, { ...owner, id }, { lockMode })) ?? missing();
    const { state } = found;
    if (state === 'completed') {
      throw new AppError('recovery_ended', 'it is completed: start another one for what has failed since');
    }
    if (state === 'cancelled' && change.state !== 'cancelled') {
      throw new AppError('recovery_ended', 'it was cancelled: start another one for what it has left');
    }
    await changeRecovery(transaction, found, change, actor);
    return found;
  });
  return answerJson(writeRecovery(recovery));
}

function missing(): never {
  throw new AppError('not_found', 'there is no recovery with this id');
}

function writeRecovery(recovery: Recovery): RecoveryAnswer {
  return {
    id: recovery.id,
    platform: recovery.platform ?? null,
    org_id: recovery.orgId || null,
    state: recovery.state,
    filter: recovery.filter,
    rate: recovery.rate,
    matched: recovery.matched,
    matched_exact: recovery.matchedExact,
    retried: recovery.retried,
    skipped: Object.values(recovery.skipped).reduce((sum, count) => sum + count, 0),
    skipped_reasons: { ...NO_SKIPS, ...recovery.skipped },
    created_by: recovery.createdBy,
    created_at: recovery.createdAt.toISOString(),
    updated_at: recovery.updatedAt.toISOString(),
    finished_at: recovery.finishedAt?.toISOString() ?? null,
    workflow_id: recovery.workflowId ?? null,
  };
}
