import type pg from 'pg';

export interface RecentEvent {
  id: string;
  event_type: string;
  created_at: Date;
  body: string;
}

/** Looks at this many of the owner's last events. */
const MOST_READ = 1_000;
/** Larger bodies are left out. */
const MOST_BYTES = 256 * 1024;

const RECENT = `
select e.id, e.event_type, e.created_at, e.body from (
  select * from events where platform = $1 and org_id = $2 order by id desc limit ${MOST_READ}
) e
where e.event_type = any($3::text[]) and octet_length(e.body) <= ${MOST_BYTES}
order by e.id desc limit $4`;

/** The owner's last events of these types, newest first. */
export async function readRecentEvents(
  pool: pg.Pool,
  owner: { platform: string; orgId: string },
  eventTypes: readonly string[],
  most: number,
): Promise<RecentEvent[]> {
  const { rows } = await pool.query<RecentEvent>(RECENT, [owner.platform, owner.orgId, eventTypes, most]);
  return rows;
}
