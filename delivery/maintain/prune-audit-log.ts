import { uuidAt, type Query } from '../../core/db/partitions.ts';

/** Rows that one statement looks at. */
const PART = 2_000;
/** What is left after that follows with the next maintenance. */
const LIMIT_MS = 5 * 60_000;

/**
 * Drops what the audit log tells of the time before `before`, in parts, oldest first. What a webhook was like until then stays: why it did
 * not get an event is explained by that. Returns how many there were.
 */
export async function pruneAuditLog(query: Query, before: Date): Promise<number> {
  const deadline = performance.now() + LIMIT_MS;
  let pruned = 0;
  for (let after: string | null = uuidAt(new Date(0)); after !== null && performance.now() < deadline;) {
    const [part] = (await query(PRUNE, [after, uuidAt(before)])) as unknown as Part[];
    pruned += part!.pruned;
    after = part!.last;
  }
  return pruned;
}

interface Part {
  /** Null: nothing is left to look at. */
  last: string | null;
  pruned: number;
}

/** The conditions read entries as `explainAbsence` does (api/dashboard/explain-absence.ts). */
const tells = (entry: string, field: string) =>
  `(${entry}.details ? '${field}' or coalesce(${entry}.details -> 'fields', '[]') ? '${field}')`;
const tellsActive = (entry: string) => `(${entry}.action = 'webhook.turned_off' or ${tells(entry, 'active')})`;
const tellsEvents = (entry: string) => tells(entry, 'events');

/** It is the last before $2 that tells this of its webhook. */
const isLast = (isTold: (entry: string) => string) => `
  (p.action like 'webhook.%' and ${isTold('p')} and not exists (
    select from audit_log later
    where later.subject_id = p.subject_id and later.id > p.id and later.id < $2 and ${isTold('later')}
  ))`;

const PRUNE = `
  with part as materialized (
    select id, subject_id, action, details from audit_log where id > $1 and id < $2 order by id limit ${PART}
  ), gone as (
    delete from audit_log a using part p
    where a.id = p.id and not ${isLast(tellsActive)} and not ${isLast(tellsEvents)}
    returning a.id
  )
  select (select max(id::text) from part) as last, (select count(*)::int from gone) as pruned`;
