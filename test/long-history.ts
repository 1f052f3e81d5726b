import { organization, type TestApi } from './api.ts';

/** Seconds between two deliveries. */
const STEP = 1;
/** A UUIDv7 with the time of `n` steps ago. */
const ID = `(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - n * ${STEP}000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid`;

export const RARE = 'contact.updated';

interface Spread {
  deliveries: number;
  /** The number of the newest deliveries that are held. Of the others, every second failed and the rest was delivered. */
  held: number;
  /** The positions of the rare event type, counted from the newest. The others are `contact.created`. */
  rare: number[];
}

/** Gives an organization a webhook with a long history, one event per delivery. Returns the webhook's id. */
export async function makeLongHistory(api: TestApi, org: string, { deliveries, held, rare }: Spread): Promise<string> {
  const { id } = await api.register({ events: ['contact.created', RARE] }, `${organization(org)}/webhooks`);
  const { pool } = api.database;
  await pool.query(`update webhooks set paused_at = now() where id = $1`, [id]);
  const values = [id, org, held, rare, RARE];
  const parts = Math.ceil(deliveries / PART);
  for (let part = 0; part < parts; part++) {
    const range = [part * PART + 1, Math.min(deliveries, (part + 1) * PART)];
    await pool.query(FILL, [...values, ...range]);
  }
  return id;
}

const PART = 20_000;

const FILL = `
with row as materialized (
  select n, ${ID} as id, case when n = any($4::int[]) then $5::text else 'contact.created' end as event_type,
    case when n <= $3::int then 'held' when n % 2 = 0 then 'failed' else 'delivered' end as status
  from generate_series($6::int, $7::int) n
), event as (
  insert into events (id, platform, org_id, event_type, body) select id, '4calls', $2::text, event_type, '{}' from row
), delivery as (
  insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, failed_at)
  select id, id, $1::uuid, '4calls', $2::text, event_type, status, 6, case status when 'failed' then now() end from row
)
insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at)
select id, id, $1::uuid, 6, null from row where status = 'held'`;
