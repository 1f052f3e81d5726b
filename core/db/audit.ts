import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../new-id.ts';
import type { AuditAction } from '../domain/audit.ts';
import { AuditEntry } from './entities/audit-entry.ts';

export interface Deed {
  /** The name of the key that asked for it; `posthorn` when nobody did. */
  actor: string;
  action: AuditAction;
  platform: string | null;
  orgId: string | null;
  subjectId: string;
  /** No secrets. */
  details?: Record<string, unknown>;
}

/** Notes who did what, in the transaction that does it. */
export function noteDeed(em: EntityManager, deed: Deed): void {
  em.persist(em.create(AuditEntry, { ...deed, id: newId(), at: new Date(), details: deed.details ?? {} }));
}
