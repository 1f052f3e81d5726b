import { URPA, type TestApi } from './api.ts';

export type EndedEvents = [count: number, status?: string, base?: string, event?: string];

/** Emits events whose deliveries end or will be retried later. Returns the ids of the deliveries, oldest first. */
export async function emitEnded(
  { ask, database: { pool } }: TestApi,
  ...[count, status = 'failed', base = URPA, event = 'contact.created']: EndedEvents
): Promise<string[]> {
  const events = Array.from({ length: count }, () => ({ event, data: { id: '1' } }));
  const { body } = await ask('POST', `${base}/events/batch`, { body: { events } });
  const ids: string[] = body.results.flatMap((result: { deliveries: { id: string }[] }) =>
    result.deliveries.map(({ id }) => id),
  );
  const open =
    status === 'retrying'
      ? `update outbox set attempts = 1, due_at = now() + interval '2 min' where delivery_id = any($1)`
      : 'delete from outbox where delivery_id = any($1)';
  await pool.query(open, [ids]);
  await pool.query(
    `update deliveries set status = $2, attempts = 1, next_attempt_at = null,
       failed_at = case when $2 in ('failed', 'cancelled') then now() end where id = any($1)`,
    [ids, status],
  );
  return ids.toSorted();
}

/** The deliveries that a manual retry or a recovery has made due, oldest first. */
export async function dueByHand({ database: { pool } }: TestApi): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select delivery_id as id from outbox where trigger = 'manual' order by 1`,
  );
  return rows.map(({ id }) => id);
}
