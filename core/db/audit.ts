import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../new-id.ts';
import type { AuditAction } from '../domain/audit.ts';
import { AuditEntry } from './entities/audit-entry.ts';

export interface AuditRecord {
  /** The name of the key that requested it; `posthorn` for automatic actions. */
  actor: string;
  action: AuditAction;
  platform: string | null;
  orgId: string | null;
  subjectId: string;
  /** No secrets. */
  details?: Record<string, unknown>;
}

/** Adds an audit entry to the transaction of the action. */
export function writeAuditEntry(em: EntityManager, entry: AuditRecord): void {
  em.persist(em.create(AuditEntry, { ...entry, id: newId(), at: new Date(), details: entry.details ?? {} }));
}
