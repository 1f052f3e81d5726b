import type pg from 'pg';

/** Deliveries that one transaction updates. */
export const PART = 1_000;
/** A resumed webhook has at most this many due deliveries at a time, so that its backlog does not delay others. */
export const MOST_DUE = 5_000;

export type PropagationStep =
  /** More remains: continue with the next part. */
  | { kind: 'more' }
  /** Enough deliveries are due, or others change its lines: continue later. */
  | { kind: 'full' }
  /** Nothing remains, except for statements that saw the state before `change`. */
  | { kind: 'last-look'; change: string }
  | { kind: 'done' };

interface WebhookState {
  propagating: 'begun' | 'last-look' | null;
  /** Identifies a change of the state. */
  change: string;
  goal: 'cancelled' | 'held' | 'due';
  /** Error message of cancelled deliveries. */
  reason: string;
  /** Some of its deliveries are in line. */
  ordered: boolean;
}

interface Lock {
  locked: boolean;
}

interface Moved {
  moved: number;
  capacity: number;
}

/**
 * Applies a webhook's current state to the next part of its deliveries: cancels or holds them, or
 * makes them due, oldest first. Run it in a transaction.
 *
 * It locks the webhook first, so that parts, retries and changes of state run one after the other. In-flight deliveries
 * (claimed_by is not null) are not touched: their state is decided when their result is recorded. Rows that others have locked are
 * skipped, because recording an attempt waits for rows that are locked here.
 *
 * `quiet` is the change for which all older statements have ended: then propagation is complete.
 */
export async function propagatePart(client: pg.ClientBase, id: string, quiet: string | null): Promise<PropagationStep> {
  const webhook = (await client.query<WebhookState>(LOCK, [id])).rows[0];
  if (!webhook?.propagating) return { kind: 'done' };
  // What ends a delivery moves up the next in line, which must not happen between reading and changing the line here.
  if (webhook.ordered && !(await client.query<Lock>(LOCK_ORDER, [id])).rows[0]!.locked) return { kind: 'full' };
  const { moved, capacity } = await move(client, id, webhook);
  if (moved > 0 && webhook.goal === 'due') await client.query(`select pg_notify('posthorn_due', '')`);
  if (capacity > 0 && moved === capacity) return { kind: 'more' };
  if (capacity === 0 && (await client.query(HELD, [id])).rows.length > 0) return { kind: 'full' };
  const { propagating, change } = webhook;
  if (propagating === 'last-look' && change === quiet) {
    await client.query('update webhooks set propagating = null where id = $1', [id]);
    return { kind: 'done' };
  }
  await client.query(`update webhooks set propagating = 'last-look' where id = $1 and propagating = 'begun'`, [id]);
  return { kind: 'last-look', change };
}

async function move(client: pg.ClientBase, id: string, { goal, reason }: WebhookState): Promise<Moved> {
  if (goal === 'cancelled') return (await client.query<Moved>(CANCEL, [id, PART, reason])).rows[0]!;
  if (goal === 'held') return (await client.query<Moved>(HOLD, [id, PART])).rows[0]!;
  return (await client.query<Moved>(RELEASE, [id, PART, MOST_DUE])).rows[0]!;
}

const LOCK = `
  select propagating, updated_at::text as change,
    case when deleted_at is not null or not active then 'cancelled' when paused_at is not null then 'held' else 'due' end as goal,
    case when deleted_at is not null then 'the webhook was deleted'
      else 'the webhook was turned off: ' || coalesce(inactive_reason, '') end as reason,
    exists (select from outbox where webhook_id = webhooks.id and order_key is not null) as ordered
  from webhooks where id = $1 for update`;

const LOCK_ORDER = 'select posthorn_try_lock_order($1) as locked';

const HELD = 'select from outbox where webhook_id = $1 and due_at is null and claimed_by is null limit 1';

/** Locked rows are found by their place: see record-statements.ts. */
const HOLD = `
  with free as materialized (
    select ctid as place from outbox where webhook_id = $1 and claimed_by is null and due_at is not null
    order by due_at, delivery_id limit $2 for update skip locked
  ), held as (
    update outbox o set due_at = null from free where o.ctid = free.place returning o.delivery_id
  ), marked as (
    update deliveries d set status = 'held', next_attempt_at = null, updated_at = now()
    from held where d.id = held.delivery_id
  )
  select count(*)::int as moved, $2::int as capacity from held`;

/** A row that was queued without the lock may have an earlier place than one that is due already. */
const FIRST_IN_LINE = `o.order_key is null or not exists (
      select from outbox p where p.webhook_id = o.webhook_id and p.order_key = o.order_key and p.order_place < o.order_place
    ) and not exists (
      select from outbox p where p.webhook_id = o.webhook_id and p.order_key = o.order_key and p.due_at < 'infinity'
    )`;

const RELEASE = `
  with space as materialized (
    select least($2::int, $3::int - count(*)::int) as capacity
    from (select from outbox where webhook_id = $1 and due_at <= now() limit $3) waiting
  ), free as materialized (
    select ctid as place from outbox where webhook_id = $1 and claimed_by is null and due_at is null
    order by delivery_id limit (select capacity from space) for update skip locked
  ), due as (
    update outbox o set due_at = case when ${FIRST_IN_LINE} then now() else 'infinity' end, next_attempt_at = now()
    from free where o.ctid = free.place
    returning o.delivery_id, o.attempts, o.due_at
  ), marked as (
    update deliveries d set status = case when due.attempts = 0 then 'pending' else 'retrying' end,
      next_attempt_at = case when due.due_at < 'infinity' then now() end, updated_at = now()
    from due where d.id = due.delivery_id
  )
  select (select count(*)::int from due) as moved, capacity from space`;

const CANCEL = `
  with free as materialized (
    select ctid as place from outbox where webhook_id = $1 and claimed_by is null
    order by delivery_id limit $2 for update skip locked
  ), ended as (
    delete from outbox o using free where o.ctid = free.place returning o.delivery_id
  ), marked as (
    update deliveries d set status = 'cancelled', failed_at = now(), next_attempt_at = null, error_message = $3,
      updated_at = now()
    from ended where d.id = ended.delivery_id
  )
  select count(*)::int as moved, $2::int as capacity from ended`;
