import type pg from 'pg';
import { COARSE_SPAN, FINE_SPAN, happened, spanOf } from './outcomes.ts';
import { readEdge } from './overview.ts';

export interface WebhookHealth {
  id: string;
  /** The hours in which something happened. */
  hours: { at: string; delivered: number; failed_attempts: number }[];
  last_failure: { at: string; message: string } | null;
  waiting: { pending: number; retrying: number; held: number };
}

/** How webhooks fare, with their outcomes from `from` on. To be run in one snapshot. */
export async function readWebhookHealth(client: pg.ClientBase, ids: string[], from: Date): Promise<WebhookHealth[]> {
  const since = (await readEdge(client)) ?? new Date(0);
  const { rows } = await client.query<WebhookHealth>(
    `with ${happened(since, soon())}, recent as materialized (
      select webhook_id, at, delivered, failed_attempts, error_message from happened where webhook_id = any($1::uuid[])
    ), hour as materialized (
      select webhook_id, ${spanOf('at', COARSE_SPAN)} as at, sum(delivered)::int as delivered,
        sum(failed_attempts)::int as failed_attempts
      from (
        select webhook_id, at, delivered, failed_attempts from outcomes
        where webhook_id = any($1::uuid[]) and span = ${COARSE_SPAN} and at >= '${from.toISOString()}'
        union all select webhook_id, at, delivered, failed_attempts from recent where at >= '${from.toISOString()}'
      ) o group by 1, 2
    ), waiting as materialized (
      select webhook_id, count(*) filter (where attempts = 0 and due_at is not null) as pending,
        count(*) filter (where attempts > 0 and due_at is not null) as retrying,
        count(*) filter (where due_at is null) as held
      from outbox where webhook_id = any($1::uuid[]) group by 1
    )
    select w.id,
      coalesce((select json_agg(json_build_object('at', at, 'delivered', delivered, 'failed_attempts', failed_attempts))
        from hour where webhook_id = w.id), '[]') as hours,
      (select json_build_object('at', at, 'message', message) from (
        select at, error_message as message from recent where webhook_id = w.id and error_message is not null
        union all select at, message from last_failures where webhook_id = w.id
        order by at desc limit 1
      ) f) as last_failure,
      coalesce((select json_build_object('pending', pending, 'retrying', retrying, 'held', held) from waiting
        where webhook_id = w.id), '{"pending":0,"retrying":0,"held":0}') as waiting
    from unnest($1::uuid[]) as w(id)`,
    [ids],
  );
  return rows;
}

/**
 * Webhooks of whose attempts since `from` at least one in five failed, of `among` alone where it is given. To be run in one
 * snapshot.
 */
export async function findStruggling(client: pg.ClientBase, from: Date, among: string[] | null): Promise<string[]> {
  const edge = await readEdge(client);
  const since = edge && edge > from ? edge : from;
  const { rows } = await client.query<{ webhook_id: string }>(
    `with ${happened(since, soon())}
    select webhook_id from (
      select webhook_id, delivered, failed_attempts from outcomes
      where span = ${FINE_SPAN} and at >= '${from.toISOString()}' and at < '${since.toISOString()}'
      union all select webhook_id, delivered, failed_attempts from happened
    ) o where $1::uuid[] is null or webhook_id = any($1) group by webhook_id
    having sum(failed_attempts) > 0 and sum(failed_attempts) * 5 >= sum(delivered + failed_attempts)`,
    [among],
  );
  return rows.map((row) => row.webhook_id);
}

/** The clocks of the database and of this process may differ. */
function soon(): Date {
  return new Date(Date.now() + 60_000);
}
