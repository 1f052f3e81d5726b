import type pg from 'pg';

/** Who imports, in the audit log. */
export const IMPORTER = 'posthorn import';
/** Why webhooks are paused during a parallel run. */
export const SHADOW = 'imported to be compared with the old system';

/** What an earlier run noted of a webhook that it brought over. */
export interface ImportedWebhook {
  id: string;
  platform: string;
  oldId: string;
  orgId: string;
  maxAttempts: number;
  /** A keyed hash of what it was like in the old system. */
  state: string;
  /** Its `updated_at` here afterwards: it was not changed here since, as long as it still is that. */
  asOf: string;
  updatedAt: Date;
  deleted: boolean;
}

/** The audit log has the old id of each webhook that came over, and what it was like. */
export async function readImported(client: pg.ClientBase): Promise<Map<string, ImportedWebhook>> {
  const { rows } = await client.query<ImportedWebhook>(READ);
  return new Map(rows.map((row) => [keyOf(row.platform, row.oldId), row]));
}

export function keyOf(platform: string, oldId: string): string {
  return `${platform} ${oldId}`;
}

const READ = `
  select distinct on (a.subject_id) w.id, w.platform, a.details ->> 'old_id' as "oldId", w.org_id as "orgId",
    coalesce((w.options #>> '{retry_policy,maximum_attempts}')::int, 6) as "maxAttempts", a.details ->> 'old_state' as state,
    a.details ->> 'as_of' as "asOf", w.updated_at as "updatedAt", w.deleted_at is not null as deleted
  from audit_log a join webhooks w on w.id = a.subject_id
  where a.action = 'webhook.imported' order by a.subject_id, a.id desc`;
