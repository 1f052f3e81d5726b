import { uuidAt, type Query } from '../../core/db/partitions.ts';

/** Rows of the outbox that one statement looks at. */
const PART = 1_000;
/** What is left after that follows with the next maintenance. */
const LIMIT_MS = 5 * 60_000;

/**
 * Cancels what paused webhooks have held since before `before`, in parts, oldest first: nobody keeps the history for all others by
 * leaving a webhook paused. Returns how many there were.
 */
export async function expireHeld(query: Query, before: Date): Promise<number> {
  const deadline = performance.now() + LIMIT_MS;
  let expired = 0;
  for (let after: string | null = uuidAt(new Date(0)); after !== null && performance.now() < deadline;) {
    const [part] = (await query(EXPIRE, [after, uuidAt(before), before])) as unknown as Part[];
    expired += part!.expired;
    after = part!.last;
  }
  return expired;
}

interface Part {
  /** Null: nothing is left to look at. */
  last: string | null;
  expired: number;
}

/** A held delivery was updated last when it became held. */
const EXPIRE = `
  with part as materialized (
    select delivery_id, webhook_id from outbox where delivery_id > $1 and delivery_id < $2 order by delivery_id limit ${PART}
  ), held as materialized (
    select o.ctid as place from part p
    join outbox o on o.delivery_id = p.delivery_id
    cross join lateral (select paused_at from webhooks where id = p.webhook_id offset 0) w
    cross join lateral (select updated_at from deliveries where id = p.delivery_id offset 0) d
    where o.due_at is null and o.claimed_by is null and w.paused_at is not null and d.updated_at < $3
    for update of o skip locked
  ), ended as (
    delete from outbox o using held where o.ctid = held.place returning o.delivery_id
  ), marked as (
    update deliveries d set status = 'cancelled', failed_at = now(), next_attempt_at = null, updated_at = now(),
      error_message = 'expired while paused'
    from ended where d.id = ended.delivery_id
  )
  select (select max(delivery_id::text) from part) as last, (select count(*)::int from ended) as expired`;
