import { maximumAttempts } from '../../core/options/retry-policy.ts';
import type pg from 'pg';
import {
  paceOf,
  type RecoveryPart,
  type RecoveryState,
  type SkipReason,
  type StoredFilter,
} from '../../core/domain/recovery.ts';
import { WITHOUT_EVENT } from '../claim/missing-event.ts';
import { nextQuery } from './recovery-match.ts';
import { readInOrder } from '../../core/db/window.ts';

interface RecoveryRow {
  id: string;
  platform: string | null;
  org_id: string | null;
  state: RecoveryState;
  filter: StoredFilter;
  rate: number;
  position: string | null;
}

interface Match {
  id: string | null;
  webhook_id: string;
  open: boolean;
  reach: string | null;
}

/**
 * Takes the next part of a recovery: makes its deliveries due as a manual retry would (retry.ts), and updates
 * the recovery's position and counts. Run it in a transaction, so that a crash neither skips nor repeats deliveries.
 *
 * It locks the recovery first, then webhooks, then deliveries, and skips locked outbox rows, which excludes
 * deadlocks.
 */
export async function takePart(client: pg.ClientBase, recoveryId: string): Promise<RecoveryPart> {
  const recovery = (await client.query<RecoveryRow>(LOCK, [recoveryId])).rows[0];
  if (!recovery) return { state: 'cancelled', retried: 0, skipped: 0, intervalMs: 0 };
  const { size, intervalMs } = paceOf(recovery.rate);
  if (recovery.state !== 'running') return { state: recovery.state, retried: 0, skipped: 0, intervalMs };
  const { platform, org_id: orgId, filter, position } = recovery;
  const next = nextQuery({ platform, orgId, filter, before: recoveryId }, position, size);
  const rows = await readInOrder<Match>(client, next);
  const matches = rows.filter((row) => row.id !== null) as (Match & { id: string })[];
  const { retried, skipped } = await retryAll(client, recoveryId, matches);

  const full = matches.length === size;
  const reach = full ? matches.at(-1)!.id : rows[0]!.reach;
  const state = reach === null ? 'completed' : 'running';
  await client.query(ADVANCE, [recoveryId, reach, retried, JSON.stringify(skipped), state]);
  return { state, retried, skipped: matches.length - retried, intervalMs: matches.length > 0 ? intervalMs : 0 };
}

type Skipped = Partial<Record<SkipReason, number>>;

async function retryAll(client: pg.ClientBase, recoveryId: string, matches: (Match & { id: string })[]) {
  const skipped: Skipped = {};
  if (matches.length === 0) return { retried: 0, skipped };
  const refusals = await lockWebhooks(client, new Set(matches.map((match) => match.webhook_id)));
  const expired = await findExpired(client, matches);
  const allowed = matches.filter(({ id, webhook_id: webhookId }) => {
    const refusal = expired.has(id) ? 'event_expired' : refusals.get(webhookId);
    if (refusal) skipped[refusal] = (skipped[refusal] ?? 0) + 1;
    return refusal === null;
  });
  const pick = (open: boolean) => allowed.filter((match) => match.open === open).map((match) => match.id);
  const sentNow = await client.query(SEND_NOW, [pick(true), recoveryId]);
  const startedAgain = await client.query(START_AGAIN, [pick(false), recoveryId]);
  const retried = sentNow.rows.length + startedAgain.rows.length;
  if (retried < allowed.length) skipped.in_flight = allowed.length - retried;
  if (retried > 0) await client.query(`select pg_notify('posthorn_due', '')`);
  return { retried, skipped };
}

/** Keeps the webhooks as they are until the commit; why each cannot be sent to, null where it can. */
async function lockWebhooks(client: pg.ClientBase, ids: Set<string>): Promise<Map<string, SkipReason | null>> {
  const { rows } = await client.query<{ id: string; refusal: SkipReason | null }>(WEBHOOKS, [[...ids]]);
  return new Map(rows.map((row) => [row.id, row.refusal]));
}

async function findExpired(client: pg.ClientBase, matches: { id: string }[]): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(WITHOUT_EVENT, [matches.map(({ id }) => id)]);
  return new Set(rows.map(({ id }) => id));
}

const LOCK = `select id, platform, org_id, state, filter, rate, position from recoveries where id = $1 for update`;

const WEBHOOKS = `
  select id, case
      when deleted_at is not null then 'webhook_deleted'
      when not active then 'webhook_inactive'
      when paused_at is not null then 'webhook_paused' end as refusal
  from webhooks where id = any($1::uuid[]) order by id for share`;

const NOTE = `coalesce(d.recoveries, '[]') || jsonb_build_object('id', $2::uuid, 'at', now())`;

const SEND_NOW = `
  with free as materialized (
    select ctid as place from outbox where delivery_id = any($1::uuid[]) and claimed_by is null and due_at < 'infinity'
    for update skip locked
  ), due as (
    update outbox o set due_at = now(), next_attempt_at = now(), trigger = 'manual' from free
    where o.ctid = free.place returning o.delivery_id
  )
  update deliveries d set next_attempt_at = now(), updated_at = now(), recoveries = ${NOTE}
  from due where d.id = due.delivery_id returning d.id`;

const START_AGAIN = `
  with picked as materialized (
    select id, event_id, webhook_id, attempts, order_key from deliveries where id = any($1::uuid[]) and failed_at is not null
    order by id for update
  ), queued as (
    insert into outbox (delivery_id, event_id, webhook_id, attempts, round_start, max_attempts, trigger, due_at, order_key)
    select p.id, p.event_id, p.webhook_id, p.attempts, p.attempts, p.attempts + ${maximumAttempts('w')}, 'manual', now(), p.order_key
    from picked p cross join lateral (select options from webhooks where id = p.webhook_id offset 0) w
    on conflict do nothing
    returning delivery_id, attempts, max_attempts, due_at
  )
  update deliveries d set status = case when queued.attempts = 0 then 'pending' else 'retrying' end,
    max_attempts = queued.max_attempts, failed_at = null,
    next_attempt_at = case when queued.due_at < 'infinity' then now() end, updated_at = now(),
    recoveries = ${NOTE}
  from queued where d.id = queued.delivery_id returning d.id`;

/** How many were skipped, for all reasons together. */
const sumOf = (skipped: string) => `(select coalesce(sum(value::int), 0) from jsonb_each_text(${skipped}))`;

/** Adds up what was skipped, reason by reason; what was not counted before has been counted out at the end. Whoever shows recoveries hears of it. */
const ADVANCE = `
  update recoveries set position = coalesce($2::uuid, position), retried = retried + $3::int, state = $5,
    skipped = skipped || coalesce((
      select jsonb_object_agg(key, value::int + coalesce((skipped ->> key)::int, 0)) from jsonb_each_text($4::jsonb)
    ), '{}'),
    matched = case when $5 = 'completed' and not matched_exact
      then retried + $3::int + ${sumOf('skipped')} + ${sumOf('$4::jsonb')} else matched end,
    matched_exact = matched_exact or $5 = 'completed',
    updated_at = now(), finished_at = case when $5 = 'completed' then now() end
  where id = $1
  returning pg_notify('posthorn_recoveries', $1::text)`;
