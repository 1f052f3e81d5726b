import type { MikroORM } from '@mikro-orm/postgresql';
import { settleDeliveries } from './queries/webhook-state.ts';
import { inTransaction } from './transaction.ts';

const POLL_MS = 10;
/** No statement of the hot path takes longer than its 5 s. */
const LIMIT_MS = 6_000;

/**
 * To be called after a webhook's new state is committed. Statements that began before (an emission, the record of an attempt)
 * still saw the old one: waits until they have ended, milliseconds as a rule, and puts right what they left.
 */
export async function settleWebhook(orm: MikroORM, webhookId: string): Promise<void> {
  const em = orm.em.fork();
  const [clock] = await em.execute<{ now: string }[]>('select clock_timestamp()::text as now');
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    const [older] = await em.execute<{ exists: boolean }[]>(OLDER_TRANSACTIONS, [clock!.now]);
    if (!older!.exists) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await inTransaction(orm, ({ execute }) => settleDeliveries(execute, webhookId));
}

const OLDER_TRANSACTIONS = `
  select exists (
    select from pg_stat_activity where datname = current_database() and application_name like 'posthorn%'
      and pid <> pg_backend_pid() and xact_start < cast(? as timestamptz)
  )`;
