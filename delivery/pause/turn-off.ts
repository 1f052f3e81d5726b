import type { MikroORM } from '@mikro-orm/postgresql';
import { writeAuditEntry } from '../../core/db/audit.ts';
import { deactivateWebhook } from './webhook-state.ts';
import { inTransaction } from '../../core/db/transaction.ts';

const REASON = 'the receiver answered 410 Gone';

export interface GoneReceiver {
  webhookId: string;
  platform: string;
  orgId: string;
  /** The delivery that got the 410. */
  deliveryId: string;
}

/** Turns off the webhook of a receiver that answered 410, and writes one audit entry. */
export async function turnOffGone(
  orm: MikroORM,
  { webhookId, platform, orgId, deliveryId }: GoneReceiver,
): Promise<void> {
  await inTransaction(orm, async ({ em, execute }) => {
    const [active] = await execute('select id from webhooks where id = ? and active for update', [webhookId]);
    if (!active) return;
    await deactivateWebhook(execute, webhookId, REASON);
    const details = { reason: REASON, delivery_id: deliveryId };
    writeAuditEntry(em, {
      actor: 'posthorn',
      action: 'webhook.turned_off',
      platform,
      orgId,
      subjectId: webhookId,
      details,
    });
  });
}
