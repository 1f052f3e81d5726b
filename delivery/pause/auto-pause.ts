import type { MikroORM } from '@mikro-orm/postgresql';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { tellAutoPaused } from '../operational/tell.ts';
import { pauseWebhook } from './webhook-state.ts';
import { inTransaction } from '../../core/db/transaction.ts';

/** Minimum of failures for an auto-pause. */
const FEWEST_FAILURES = 10;

export interface FailingWebhook {
  id: string;
  platform: string;
  org_id: string;
  failures: number;
  /** ISO 8601. */
  since: string;
}

/**
 * Pauses webhooks whose every attempt failed for `afterMs`: at least ten failed attempts since the last success or resume, the last
 * of them this long after the first. Writes an audit entry and emits the operational event.
 */
export async function pauseFailing(orm: MikroORM, afterMs: number): Promise<FailingWebhook[]> {
  return await inTransaction(orm, async ({ em, execute }) => {
    const webhooks = (await execute(FIND, [FEWEST_FAILURES, afterMs])) as unknown as FailingWebhook[];
    for (const { id, platform, org_id: orgId, failures, since } of webhooks) {
      const reason = `all ${failures} attempts since ${since} failed`;
      await pauseWebhook(execute, id, reason);
      const details = { reason, failures, since };
      writeAuditEntry(em, {
        actor: 'posthorn',
        action: 'webhook.auto_paused',
        platform,
        orgId,
        subjectId: id,
        details,
      });
      await tellAutoPaused(execute, { platform, orgId, webhookId: id }, { failures, since });
    }
    return webhooks;
  });
}

const FIND = `
  select w.id, w.platform, w.org_id, f.failures,
    to_char(f.failing_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
  from last_failures f join webhooks w on w.id = f.webhook_id
  where f.failures >= ? and f.at - f.failing_since >= ? * interval '1 millisecond'
    and w.active and w.paused_at is null and w.deleted_at is null
  order by w.id for update skip locked`;
