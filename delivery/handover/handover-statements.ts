/** How many of the oldest one look considers. */
const FRONT = 5_000;

/**
 * What waits for its workflow, oldest deliveries first; what has ended meanwhile is forgotten. $1 seconds that it has waited at least, $2 how
 * many at most
 */
export const AWAITING_HANDOVER = {
  name: 'awaiting-handover',
  text: `
with front as materialized (
  select * from (select * from handovers order by delivery_id limit ${FRONT}) h
  where since < now() - $1 * interval '1 second' limit $2
), ended as (
  delete from handovers h using front f
  where h.delivery_id = f.delivery_id and not exists (select from outbox o where o.delivery_id = f.delivery_id)
)
select o.delivery_id, o.webhook_id, f.workflow_id, o.attempts - 1 as attempts, o.max_attempts, o.round_start,
  d.platform, d.org_id, d.event_type,
  w.url, w.options
from front f
cross join lateral (select * from outbox where delivery_id = f.delivery_id offset 0) o
cross join lateral (select * from deliveries where id = o.delivery_id offset 0) d
cross join lateral (select * from webhooks where id = o.webhook_id offset 0) w`,
};

/** Temporal has taken a workflow, or never will. $1 deliveries, $2 workflow */
export const HANDED_OVER = {
  name: 'handed-over',
  text: 'delete from handovers where delivery_id = any($1::uuid[]) and workflow_id = $2',
};

/** Temporal refused workflows for good. $1 worker, $2 how many, $3 what it said */
export const WORKFLOWS_REFUSED = {
  name: 'workflows-refused',
  text: 'update workers set workflows_refused = workflows_refused + $2, refusal = $3 where id = $1',
};

export interface HandoverState {
  /** Deliveries that have waited for longer than half a minute; 10,000 stands for more. */
  waiting: number;
  /** Workflows that Temporal refused the living workers for good. */
  refused: number;
  /** What it said of one of them. */
  refusal: string | null;
}

export const HANDOVER_STATE = `
  select (select count(*) from (
      select from handovers where since < now() - interval '30 seconds' limit 10000
    ) overdue)::int as waiting,
    coalesce(sum(workflows_refused), 0)::int as refused, max(refusal) as refusal
  from workers`;
