/** Number of the oldest rows that one look reads. */
const FRONT = 5_000;

/**
 * Pending handovers, oldest deliveries first. Deletes those of deliveries that have ended. $1 minimum age in seconds, $2 maximum
 * number
 */
export const AWAITING_HANDOVER = {
  name: 'awaiting-handover',
  text: `
with front as materialized (
  select * from (select *, ctid as place from handovers order by delivery_id limit ${FRONT}) h
  where since < now() - $1 * interval '1 second' limit $2
), ended as (
  delete from handovers h using front f
  where h.ctid = f.place and not exists (select from outbox o where o.delivery_id = f.delivery_id)
)
select o.delivery_id, o.webhook_id, f.workflow_id, o.attempts - 1 as attempts, o.max_attempts, o.round_start,
  d.platform, d.org_id, d.event_type,
  w.url, w.options
from front f
cross join lateral (select * from outbox where delivery_id = f.delivery_id offset 0) o
cross join lateral (select * from deliveries where id = o.delivery_id offset 0) d
cross join lateral (select * from webhooks where id = o.webhook_id offset 0) w`,
};

/** Temporal has accepted a workflow, or refused it for good. $1 deliveries, $2 workflow */
export const HANDED_OVER = {
  name: 'handed-over',
  text: 'delete from handovers where delivery_id = any($1::uuid[]) and workflow_id = $2',
};

/** Temporal refused workflows for good. $1 worker, $2 how many, $3 its error message */
export const WORKFLOWS_REFUSED = {
  name: 'workflows-refused',
  text: 'update workers set workflows_refused = workflows_refused + $2, refusal = $3 where id = $1',
};

export interface HandoverState {
  /** Deliveries that have waited for more than half a minute, at most 10,000. */
  waiting: number;
  /** Workflows of living workers that Temporal refused for good. */
  refused: number;
  /** The error message of one of them. */
  refusal: string | null;
}

export const HANDOVER_STATE = `
  select (select count(*) from (
      select from handovers where since < now() - interval '30 seconds' limit 10000
    ) overdue)::int as waiting,
    coalesce(sum(workflows_refused), 0)::int as refused, max(refusal) as refusal
  from workers`;
