import type pg from 'pg';
import { outcomesOf, readEdges } from './counted-outcomes.ts';
import { COARSE, MIDDLE, spanOf } from './outcome-spans.ts';

export interface WebhookHealth {
  id: string;
  /** The hours in which something happened. */
  hours: { at: string; delivered: number; failed_attempts: number }[];
  last_failure: { at: string; message: string } | null;
  waiting: { pending: number; retrying: number; held: number };
}

/** How webhooks fare, with their outcomes from `from` on, the begin of an hour or now. To be run in one snapshot. */
export async function readWebhookHealth(client: pg.ClientBase, ids: string[], from: Date): Promise<WebhookHealth[]> {
  const edges = await readEdges(client);
  // Failures that are not counted yet are not in `last_failures` either, so all of them are read, also those before `from`.
  const since = new Date(Math.min(from.getTime(), edges.done_until?.getTime() ?? 0));
  const { rows } = await client.query<WebhookHealth>(
    `with ${outcomesOf(edges, { from: since, to: soon(), longest: COARSE.span })}, failure as materialized (
      select webhook_id, at, error_message as message from happened where webhook_id = any($1::uuid[]) and error_message is not null
    ), hour as materialized (
      select subject, ${spanOf('at', COARSE.span)} as at, sum(delivered)::int as delivered,
        sum(failed_attempts)::int as failed_attempts
      from outcome where subject = any($1::uuid[]) and at >= '${from.toISOString()}' group by 1, 2
    ), waiting as materialized (
      select webhook_id, count(*) filter (where attempts = 0 and due_at is not null) as pending,
        count(*) filter (where attempts > 0 and due_at is not null) as retrying,
        count(*) filter (where due_at is null) as held
      from outbox where webhook_id = any($1::uuid[]) group by 1
    )
    select w.id,
      coalesce((select json_agg(json_build_object('at', at, 'delivered', delivered, 'failed_attempts', failed_attempts))
        from hour where subject = w.id), '[]') as hours,
      (select json_build_object('at', at, 'message', message) from (
        select at, message from failure where webhook_id = w.id
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
 * The subjects of whose attempts since `from`, rounded down to five minutes, at least one in five failed; only those of `among` where it is given. To be run
 * in one snapshot.
 */
export async function findStruggling(client: pg.ClientBase, from: Date, among: string[] | null): Promise<string[]> {
  const range = { from: floorTo(MIDDLE.span, from), to: soon(), longest: MIDDLE.span };
  const { rows } = await client.query<{ subject: string }>(
    `with ${outcomesOf(await readEdges(client), range)}
    select subject from outcome where $1::uuid[] is null or subject = any($1) group by subject
    having sum(failed_attempts) > 0 and sum(failed_attempts) * 5 >= sum(delivered + failed_attempts)`,
    [among],
  );
  return rows.map(({ subject }) => subject);
}

function floorTo(seconds: number, time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000 / seconds) * seconds * 1000);
}

/** The clocks of the database and of this process may differ. */
function soon(): Date {
  return new Date(Date.now() + 60_000);
}
