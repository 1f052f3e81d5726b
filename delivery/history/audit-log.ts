import type pg from 'pg';
import { Parameters, where, type OwnerFilter } from '../../core/db/owner.ts';

export interface AuditRow {
  id: string;
  at: Date;
  actor: string;
  action: string;
  platform: string | null;
  org_id: string | null;
  subject_id: string | null;
  details: Record<string, unknown>;
}

export interface AuditFilter extends OwnerFilter {
  subjectId: string | undefined;
  action: string | undefined;
  /** The id that the page before ended with. */
  before: string | undefined;
  limit: number;
}

/** Entries, newest first; `limit` of them and one more where there is a next page. */
export async function listAuditEntries(pool: pg.Pool, filter: AuditFilter): Promise<AuditRow[]> {
  const parameters = new Parameters();
  const conditions = [
    ...parameters.owns('a', filter),
    ...(filter.subjectId === undefined ? [] : [`a.subject_id = ${parameters.bind(filter.subjectId)}`]),
    ...(filter.action === undefined ? [] : [`a.action = ${parameters.bind(filter.action)}`]),
    ...(filter.before === undefined ? [] : [`a.id < ${parameters.bind(filter.before)}`]),
  ];
  const { rows } = await pool.query<AuditRow>(
    `select a.id, a.at, a.actor, a.action, a.platform, a.org_id, a.subject_id, a.details from audit_log a
     ${where(conditions)} order by a.id desc limit ${filter.limit + 1}`,
    parameters.values,
  );
  return rows;
}
