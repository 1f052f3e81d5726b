import { createHmac } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { LockMode } from '@mikro-orm/core';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { Webhook } from '../../core/db/entities/webhook.ts';
import type { Execute } from '../../core/db/execute.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { changeOptions } from '../../core/options/index.ts';
import type { SecretBox } from '../../core/secrets.ts';
import { endRotation } from '../../delivery/attempt/rotate-secret.ts';
import { generateSecret } from '../../delivery/attempt/sign.ts';
import { activateWebhook, deactivateWebhook, deleteWebhook } from '../../delivery/pause/webhook-state.ts';
import type { OldWebhook } from '../convert/old-webhook.ts';
import { IMPORTER, type ImportedWebhook } from './known-webhooks.ts';

export interface WebhookStoreOptions {
  orm: MikroORM;
  box: SecretBox;
  /** The first is the current one. */
  masterKeys: readonly Buffer[];
  /** Why new webhooks are paused; null: as they were. */
  pause: string | null;
}

/** What storing a webhook did, or would do. */
export type WebhookOutcome = 'added' | 'updated' | 'unchanged' | 'changed here' | 'id taken';

/** Stores webhooks of the old system, each in a transaction of its own with its audit entry. */
export class WebhookStore {
  private readonly options: WebhookStoreOptions;

  constructor(options: WebhookStoreOptions) {
    this.options = options;
  }

  /** Compares it with what an earlier run noted. */
  judge(old: OldWebhook, before: ImportedWebhook | undefined): Exclude<WebhookOutcome, 'id taken'> {
    if (!before) return 'added';
    if (this.options.masterKeys.some((key) => before.state === stateOf(old, key))) return 'unchanged';
    return before.updatedAt.toISOString() === before.asOf ? 'updated' : 'changed here';
  }

  /** Null if a webhook that was not imported has its id. */
  async add(platform: string, old: OldWebhook): Promise<ImportedWebhook | null> {
    const { orm, box, pause } = this.options;
    return await inTransaction(orm, async ({ em }) => {
      if (await em.findOne(Webhook, { id: old.id })) return null;
      const deleted = old.deletedAt !== null;
      const pausedReason = deleted ? null : (old.pausedReason ?? pause);
      const webhook = em.create(Webhook, {
        id: old.id,
        platform,
        orgId: old.orgId,
        url: old.url,
        secret: deleted ? Buffer.alloc(0) : box.seal(old.secret ?? generateSecret()),
        events: old.events,
        description: old.description,
        active: old.active,
        inactiveReason: old.inactiveReason,
        pausedAt: pausedReason === null ? null : new Date(),
        pausedReason,
        options: deleted ? {} : this.headersOf(old),
        filter: null,
        deletedAt: old.deletedAt,
        createdAt: old.createdAt,
        updatedAt: old.updatedAt,
      });
      em.persist(webhook);
      const imported = this.describe(platform, old, webhook);
      this.audit(em, old, imported);
      await em.flush();
      return imported;
    });
  }

  /** Brings over what changed in the old system since. Null if it was changed here meanwhile. */
  async update(old: OldWebhook, before: ImportedWebhook): Promise<ImportedWebhook | null> {
    const { orm, box } = this.options;
    return await inTransaction(orm, async ({ em, execute }) => {
      const webhook = await em.findOneOrFail(Webhook, { id: before.id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (webhook.updatedAt.toISOString() !== before.asOf || webhook.deletedAt) return null;
      webhook.url = old.url;
      webhook.events = old.events;
      webhook.description = old.description;
      if (old.secret !== null) {
        webhook.secret = box.seal(old.secret);
        await endRotation(execute, webhook.id);
      }
      webhook.options = { ...webhook.options, ...this.headersOf(old) };
      webhook.updatedAt = old.updatedAt;
      const wasActive = webhook.active;
      await em.flush();
      await applyState(execute, old, wasActive);
      await em.refresh(webhook);
      const imported = this.describe(webhook.platform, old, webhook);
      this.audit(em, old, imported);
      await em.flush();
      return imported;
    });
  }

  private headersOf({ headers }: OldWebhook) {
    return Object.keys(headers).length === 0 ? {} : changeOptions({}, { headers }, this.options.box);
  }

  private describe(platform: string, old: OldWebhook, webhook: Webhook): ImportedWebhook {
    return {
      id: old.id,
      platform,
      oldId: old.oldId,
      orgId: old.orgId,
      maxAttempts: webhook.options.retry_policy?.maximum_attempts ?? 6,
      state: stateOf(old, this.options.masterKeys[0]!),
      asOf: webhook.updatedAt.toISOString(),
      updatedAt: webhook.updatedAt,
      deleted: Boolean(webhook.deletedAt),
    };
  }

  private audit(
    em: Parameters<typeof writeAuditEntry>[0],
    old: OldWebhook,
    { platform, state, asOf }: ImportedWebhook,
  ) {
    writeAuditEntry(em, {
      actor: IMPORTER,
      action: 'webhook.imported',
      platform,
      orgId: old.orgId,
      subjectId: old.id,
      details: { old_id: old.oldId, old_state: state, as_of: asOf, active: old.active, events: old.events },
    });
  }
}

/** Keyed, because the secret is part of it. */
function stateOf({ url, secret, events, description, headers, active, deletedAt }: OldWebhook, key: Buffer): string {
  const facts = [url, secret, events, description, headers, active, deletedAt?.toISOString() ?? null];
  return createHmac('sha256', key).update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** These also reach its deliveries. */
async function applyState(execute: Execute, old: OldWebhook, wasActive: boolean): Promise<void> {
  if (old.deletedAt) await deleteWebhook(execute, old.id);
  else if (old.active && !wasActive) await activateWebhook(execute, old.id);
  else if (!old.active && wasActive) await deactivateWebhook(execute, old.id, old.inactiveReason ?? '');
}
