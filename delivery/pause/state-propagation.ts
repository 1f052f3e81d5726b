import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { propagatePart, type PropagationStep } from './propagate-part.ts';
import { inPoolTransaction } from '../../core/db/transaction.ts';

const POLL_MS = 10;
/** Maximum time and number of parts for a caller: the workers do the rest. */
const LIMIT_MS = 5_000;
const MOST_PARTS = 3;

/**
 * Propagates a webhook's state to its deliveries. Every step reads from the database what remains, so
 * any number of processes may do it, and any of them may stop.
 */
export class StatePropagation {
  private readonly pool: pg.Pool;
  private readonly webhookId: string;
  /** The time from which on no new statement can see the state before the change. */
  private lastLook: { change: string; after: string } | undefined;

  constructor(pool: pg.Pool, webhookId: string) {
    this.pool = pool;
    this.webhookId = webhookId;
  }

  async step(): Promise<PropagationStep['kind']> {
    const quiet = await this.findQuiet();
    const step = await inPoolTransaction(this.pool, (client) => propagatePart(client, this.webhookId, quiet));
    if (step.kind === 'last-look' && this.lastLook?.change !== step.change) {
      const { rows } = await this.pool.query<{ after: string }>('select clock_timestamp()::text as after');
      this.lastLook = { change: step.change, after: rows[0]!.after };
    }
    return step.kind;
  }

  private async findQuiet(): Promise<string | null> {
    if (!this.lastLook) return null;
    const { rows } = await this.pool.query(OLDER_TRANSACTIONS, [this.lastLook.after]);
    return rows.length === 0 ? this.lastLook.change : null;
  }
}

/**
 * Call it after a webhook's new state is committed. Up to some thousand deliveries are updated before it returns.
 */
export async function propagateState(pool: pg.Pool, webhookId: string): Promise<void> {
  const propagation = new StatePropagation(pool, webhookId);
  const deadline = performance.now() + LIMIT_MS;
  for (let parts = 0; parts < MOST_PARTS && performance.now() < deadline;) {
    const step = await propagation.step();
    if (step === 'done' || step === 'full') return;
    if (step === 'more') parts++;
    else await sleep(POLL_MS);
  }
}

const OLDER_TRANSACTIONS = `
  select from pg_stat_activity where datname = current_database() and application_name like 'posthorn%'
    and pid <> pg_backend_pid() and xact_start < $1::timestamptz limit 1`;
