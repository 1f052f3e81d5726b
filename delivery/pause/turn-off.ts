import type { MikroORM } from '@mikro-orm/postgresql';
import { writeAuditEntry } from '../../core/db/audit.ts';
import type { NamedDelivery } from '../operational/operational-event.ts';
import { tellTurnedOff } from '../operational/tell.ts';
import { deactivateWebhook } from './webhook-state.ts';
import { inTransaction } from '../../core/db/transaction.ts';

const REASON = 'the receiver answered 410 Gone';

export interface GoneReceiver {
  webhookId: string;
  platform: string;
  orgId: string;
  /** The one that got the 410. */
  delivery: NamedDelivery;
}

/** Turns off the webhook of a receiver that answered 410, writes one audit entry and emits the operational event. False: it was off already. */
export async function turnOffGone(
  orm: MikroORM,
  { webhookId, platform, orgId, delivery }: GoneReceiver,
): Promise<boolean> {
  return await inTransaction(orm, async ({ em, execute }) => {
    const [active] = await execute('select id from webhooks where id = ? and active for update', [webhookId]);
    if (!active) return false;
    await deactivateWebhook(execute, webhookId, REASON);
    const details = { reason: REASON, delivery_id: delivery.delivery_id };
    writeAuditEntry(em, {
      actor: 'posthorn',
      action: 'webhook.turned_off',
      platform,
      orgId,
      subjectId: webhookId,
      details,
    });
    await tellTurnedOff(execute, { platform, orgId, webhookId }, delivery);
    return true;
  });
}
