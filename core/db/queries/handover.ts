/** What waits for its workflow, the longest first. $1 seconds that it has waited at least, $2 how many at most */
export const AWAITING_HANDOVER = {
  name: 'awaiting-handover',
  text: `
select o.delivery_id, o.webhook_id, o.workflow_id, o.attempts - 1 as attempts, o.max_attempts, o.round_start,
  d.platform, d.org_id, d.event_type,
  w.url, w.max_attempts as schedule_attempts, w.initial_units, w.coefficient
from (
  select * from outbox where handover_since < now() - $1 * interval '1 second' and workflow_id is not null
  order by handover_since limit $2
) o
cross join lateral (select * from deliveries where id = o.delivery_id offset 0) d
cross join lateral (select * from webhooks where id = o.webhook_id offset 0) w`,
};

/** Temporal has taken a workflow, or never will. $1 deliveries, $2 workflow */
export const HANDED_OVER = {
  name: 'handed-over',
  text: 'update outbox set handover_since = null where delivery_id = any($1::uuid[]) and workflow_id = $2',
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
      select from outbox where handover_since < now() - interval '30 seconds' limit 10000
    ) overdue)::int as waiting,
    coalesce(sum(workflows_refused), 0)::int as refused, max(refusal) as refusal
  from workers`;
