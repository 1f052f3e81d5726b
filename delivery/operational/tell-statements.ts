import { posthorn } from '../../core/platforms/posthorn.ts';
import { storing } from '../accept/emit-statements.ts';
import type { OperationalEvent } from './operational-event.ts';

const isHeard = (owner: string, eventType: string) => `exists (
    select from subscriptions s
    where s.platform = '${posthorn.id}' and s.org_id = ${owner} and s.event_type = ${eventType}
  )`;

/** The columns of a CTE of operational events. `told_org` is null if no organization hears of it. */
export const TOLD_COLUMNS = 'told_org, told_body, told_found_by';

/** An event's values of TOLD_COLUMNS, all of them texts; nulls without an event. */
export function toldColumns(event: OperationalEvent | null): (string | null)[] {
  return event ? [event.orgId, event.body, event.values.join('\n')] : [null, null, null];
}

/**
 * CTEs that store the operational events of the CTE `told` (event_type and TOLD_COLUMNS) with their deliveries: one event for those
 * who hear of everything and one for the organization, if anybody has subscribed to it.
 */
export const telling = (told: string): string => `
heard as materialized (
  select posthorn_uuidv7() as id, '${posthorn.id}' as platform, owner.org_id, t.event_type, t.told_body as body, null as trace,
    t.told_found_by as found_by
  from ${told} t cross join lateral (values (''), (t.told_org)) as owner (org_id)
  where owner.org_id is not null and ${isHeard('owner.org_id', 't.event_type')}
), ${storing('heard')}`;

/**
 * A CTE that makes the next success of the webhooks of the CTE `failing` (webhook_id, told_org) a recovery, if anybody has subscribed to
 * recoveries. In the order of the ids, so that two statements do not wait for each other.
 */
export const markingUnrecovered = (failing: string): string => `
marked as (
  insert into unrecovered (webhook_id)
  select distinct f.webhook_id from ${failing} f
  where ${isHeard(`''`, `'webhook.recovered'`)} or ${isHeard('f.told_org', `'webhook.recovered'`)}
  order by f.webhook_id on conflict do nothing
)`;

/** Wakes the dispatchers for the deliveries that `telling` stored, if there are any. */
export const NOTIFY_TOLD = `(select pg_notify('posthorn_due', count(*)::text) from matched having count(*) > 0)::text`;
