import type { EntityManager } from '@mikro-orm/postgresql';
import { uuidv7 } from 'uuidv7';
import { AuditEntry } from './entities/audit-entry.ts';

export interface Deed {
  /** The name of the key that asked for it; `posthorn` when nobody did. */
  actor: string;
  action:
    | 'webhook.registered'
    | 'webhook.updated'
    | 'webhook.deleted'
    | 'webhook.paused'
    | 'webhook.auto_paused'
    | 'webhook.resumed'
    | 'webhook.turned_off'
    | 'webhook.tested'
    | 'delivery.retried'
    | 'delivery.cancelled'
    | 'recovery.started'
    | 'recovery.updated'
    | 'recovery.paused'
    | 'recovery.resumed'
    | 'recovery.cancelled'
    | 'key.created'
    | 'key.revoked';
  platform: string | null;
  orgId: string | null;
  subjectId: string;
  /** No secrets. */
  details?: Record<string, unknown>;
}

/** Notes who did what, in the transaction that does it. */
export function noteDeed(em: EntityManager, deed: Deed): void {
  em.persist(em.create(AuditEntry, { ...deed, id: uuidv7(), at: new Date(), details: deed.details ?? {} }));
}
