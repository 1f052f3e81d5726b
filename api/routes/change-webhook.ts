import { LockMode } from '@mikro-orm/core';
import { AppError } from '../../core/contracts/errors.ts';
import type { AuditRecord } from '../../core/db/audit.ts';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { Webhook } from '../../core/db/entities/webhook.ts';
import { inTransaction, type Transaction } from '../../core/db/transaction.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { propagateState } from '../../delivery/pause/state-propagation.ts';
import type { ApiDeps } from '../deps.ts';
import { requireId } from '../paths.ts';
import type { Call } from '../routing.ts';

/** The webhook of a call's path, if it is the caller's. */
export function whichOf(platform: Platform, { c, orgId }: Call) {
  return { id: requireId(c.req.param('id'), 'webhook'), platform: platform.id, orgId, deletedAt: null };
}

export function missing(): never {
  throw new AppError('not_found', 'there is no webhook with this id');
}

export function describeAction(
  actor: string,
  action: AuditRecord['action'],
  webhook: Webhook,
  details?: Record<string, unknown>,
): AuditRecord {
  const { platform, orgId, id: subjectId } = webhook;
  return { actor, action, platform, orgId, subjectId, ...(details && { details }) };
}

interface Change {
  call: Call;
  where: ReturnType<typeof whichOf>;
  action: AuditRecord['action'];
  /** Returns the details of the audit entry; null: nothing was changed, and there is no entry. */
  apply: (transaction: Transaction, webhook: Webhook) => Promise<Record<string, unknown> | null>;
}

/** Locks and changes the webhook, adds an audit entry and returns the new state. */
export async function changeWebhook(deps: ApiDeps, { call, where, action, apply }: Change): Promise<Webhook> {
  const webhook = await inTransaction(deps.orm, async (transaction) => {
    const { em } = transaction;
    const found = (await em.findOne(Webhook, where, { lockMode: LockMode.PESSIMISTIC_WRITE })) ?? missing();
    const details = await apply(transaction, found);
    if (details !== null) writeAuditEntry(em, describeAction(call.principal.name, action, found, details));
    await em.flush();
    return (await em.refresh(found)) ?? missing();
  });
  await propagate(deps, webhook.id);
  deps.changes.webhook(webhook.platform, webhook.orgId, webhook.id);
  return webhook;
}

/** The new state is already committed. If propagation fails here, the workers do it. */
export async function propagate(deps: ApiDeps, webhookId: string): Promise<void> {
  await propagateState(deps.pool, webhookId).catch((error: unknown) => {
    deps.log.warn({ err: error, webhook: webhookId }, 'state propagation failed: retrying');
  });
}
