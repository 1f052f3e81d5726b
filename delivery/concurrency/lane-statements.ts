import type pg from 'pg';
import { LANE_STATES, type LaneState } from '../../core/domain/lane-state.ts';

/**
 * Reports the webhooks that a worker holds back, and deletes those that it no longer reports.
 * $1 worker, then an array each: $2 webhook, $3 state, $4 reason, $5 since, $6 concurrency, $7 its limit, $8 in flight, $9 waiting
 */
export const REPORT_LANES = {
  name: 'report-lanes',
  text: `
with gone as (
  delete from lanes where worker_id = $1 and webhook_id <> all($2::uuid[])
)
insert into lanes (worker_id, webhook_id, state, reason, since, concurrency, concurrency_limit, in_flight, waiting)
select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::int[], $8::int[], $9::int[])
on conflict (webhook_id, worker_id) do update set state = excluded.state, reason = excluded.reason, since = excluded.since,
  concurrency = excluded.concurrency, concurrency_limit = excluded.concurrency_limit, in_flight = excluded.in_flight,
  waiting = excluded.waiting`,
};

export interface LaneRow {
  webhook_id: string;
  state: LaneState;
  reason: string;
  since: Date;
  concurrency: number;
  concurrency_limit: number;
  in_flight: number;
  waiting: number;
  workers: number;
}

/**
 * The webhooks that workers hold back: for each the worst report, and the sum of what the workers have in flight. Only the primary has the
 * table, which is unlogged.
 */
export async function readLanes(client: Pick<pg.Pool, 'query'>, webhookIds: string[]): Promise<LaneRow[]> {
  const { rows } = await client.query<LaneRow>(
    `select distinct on (webhook_id) webhook_id, state, reason, since, concurrency, concurrency_limit,
       sum(in_flight) over each::int as in_flight, sum(waiting) over each::int as waiting, count(*) over each::int as workers
     from lanes where webhook_id = any($1::uuid[])
     window each as (partition by webhook_id)
     order by webhook_id, array_position($2::text[], state), concurrency, since`,
    [webhookIds, LANE_STATES],
  );
  return rows;
}
