import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../new-id.ts';
import type { AuditAction } from '../domain/audit.ts';
import { AuditEntry } from './entities/audit-entry.ts';

export interface AuditRecord {
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
export function writeAuditEntry(em: EntityManager, entry: AuditRecord): void {
  em.persist(em.create(AuditEntry, { ...entry, id: newId(), at: new Date(), details: entry.details ?? {} }));
}
