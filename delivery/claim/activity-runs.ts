import type pg from 'pg';
import type { DatabaseClock } from '../../core/database-clock.ts';
import { CLAIM_MEMBERS, DELIVERY_RESULTS } from './claim-statements.ts';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import { StoppingError, type DeliveryAttempts, type DeliveryResult } from '../../core/domain/delivery-result.ts';
import { readOptions, type StoredOptions } from '../../core/options/index.ts';
import { describeFailure } from '../../core/domain/verdict.ts';
import type { Tracing } from '../../core/tracing/tracing.ts';
import { planOf, type Claimed } from './claimed.ts';
import type { Claims } from './claims.ts';
import { activitySpans, traceClaims } from './delivery-spans.ts';
import type { InFlightDelivery, InFlightDeliveries } from './in-flight.ts';
import { CLAIM_MAX } from '../concurrency/lane.ts';
import type { Lanes } from '../concurrency/lanes.ts';

export interface ActivityRunsDeps {
  pool: pg.Pool;
  claims: Claims;
  inFlight: InFlightDeliveries;
  lanes: Lanes<InFlightDelivery>;
  retryUnitMs: number;
  clock: DatabaseClock;
  tracing: Tracing | null;
}

/** How often it checks again while another process has the attempt in flight, or the database is away. */
const LOOK_AGAIN_MS = 500;
/** Retries start by Temporal's clock, which may differ from the database's. */
const CLOCK_SLACK_S = 1;
/** A retry that gets no capacity within this time is left to the dispatchers. */
const PATIENCE_MS = 5_000;

/** Payload bytes that a claim returns per delivery; larger payloads need another statement. */
const BYTES_EACH = 64 * 1024;

/** A workflow's activity in this process: makes the due attempts and reads the results of the others from PostgreSQL. */
export class ActivityRuns implements DeliveryAttempts {
  private readonly deps: ActivityRunsDeps;
  private stopping = false;

  constructor(deps: ActivityRunsDeps) {
    this.deps = deps;
  }

  /** Runs that wait for other processes end with `StoppingError`; runs with attempts in flight wait for those. */
  stop(): void {
    this.stopping = true;
  }

  now(): number {
    return this.deps.clock.now();
  }

  async runAttempts(workflowId: string, deliveryIds: string[], run: number): Promise<DeliveryResult[]> {
    const results = new Map<string, DeliveryResult>();
    for (;;) {
      const open = deliveryIds.filter((id) => !results.has(id));
      if (open.length === 0) return deliveryIds.map((id) => results.get(id)!);
      try {
        await this.look(workflowId, open, run === 1 ? 0 : CLOCK_SLACK_S, results);
      } catch {
        // The database is away, which must not fail the activity run.
      }
      if (this.stopping && results.size < deliveryIds.length) throw new StoppingError('the worker is stopping');
      if (results.size < deliveryIds.length) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  private async look(workflowId: string, deliveryIds: string[], slackS: number, results: Map<string, DeliveryResult>) {
    const claimed = await this.claim(workflowId, deliveryIds, slackS);
    await Promise.all(claimed.map((delivery) => delivery.untilEnded()));
    for (const delivery of claimed) {
      const known = this.leave(delivery, workflowId);
      if (known) results.set(known.deliveryId, known);
    }
    const unknown = deliveryIds.filter((id) => !results.has(id));
    if (unknown.length > 0) await this.ask(workflowId, unknown, results);
  }

  private async claim(workflowId: string, deliveryIds: string[], slackS: number): Promise<InFlightDelivery[]> {
    const { claims, inFlight, lanes, tracing } = this.deps;
    const { total, byWebhook } = lanes.capacity();
    const capacity = [Math.max(0, total), JSON.stringify(byWebhook), CLAIM_MAX];
    const values = [...capacity, deliveryIds, workflowId, slackS];
    const begunAt = performance.now();
    const { worker, rows } = await claims.take(CLAIM_MEMBERS, BYTES_EACH * deliveryIds.length, ...values);
    if (tracing) traceClaims(tracing, rows, { statement: CLAIM_MEMBERS, begunAt, activity: activitySpans() });
    return rows.map((claimed) => {
      const delivery = inFlight.add(claimed, worker, workflowId);
      lanes.add(claimed, delivery);
      return delivery;
    });
  }

  /** The result of an attempt for this workflow; null if it has to be read from PostgreSQL. */
  private leave(delivery: InFlightDelivery, workflowId: string): DeliveryResult | null {
    const { claimed, result } = delivery;
    const deliveryId = claimed.delivery_id;
    if (delivery.recordedWith !== null && delivery.recordedWith !== workflowId) return resultOf(deliveryId, 'moved');
    if (!result || result.status === 'pending') return null;
    const { status, message, nextAttemptAt, attempts } = result;
    if (status !== 'retrying') return { deliveryId, state: status, message, nextAttemptAt, plan: null };
    const plan = planOf(claimed, attempts, this.deps.retryUnitMs);
    return { deliveryId, state: 'waiting', message, nextAttemptAt, plan };
  }

  private async ask(workflowId: string, deliveryIds: string[], results: Map<string, DeliveryResult>): Promise<void> {
    const { rows } = await this.deps.pool.query<ResultRow>({ ...DELIVERY_RESULTS, values: [deliveryIds] });
    for (const row of rows) {
      const known = this.interpret(row, workflowId);
      if (known) results.set(row.delivery_id, known);
    }
    const found = new Set(rows.map((row) => row.delivery_id));
    for (const id of deliveryIds) if (!found.has(id)) results.set(id, resultOf(id, 'moved'));
  }

  /** Null while another process has it in flight: check again later. */
  private interpret(row: ResultRow, workflowId: string): DeliveryResult | null {
    const { delivery_id: id, status } = row;
    if (!row.open) return isEnd(status) ? { ...resultOf(id, status), message: messageOf(row) } : null;
    if (row.workflow_id !== null && row.workflow_id !== workflowId) return resultOf(id, 'moved');
    if (row.claimed_by !== null) return null;
    if (status === 'held') return resultOf(id, 'held');
    const overdueMs = this.now() - row.next_attempt_at!.getTime();
    if (overdueMs > PATIENCE_MS) return resultOf(id, 'moved');
    if (row.workflow_id === null || overdueMs >= 0) return null;
    const plan = planOf({ ...row, options: readOptions(row.options) }, row.attempts, this.deps.retryUnitMs);
    return { deliveryId: id, state: 'waiting', message: messageOf(row), nextAttemptAt: row.next_attempt_at, plan };
  }
}

interface ResultRow extends Pick<Claimed, 'attempts' | 'max_attempts' | 'round_start'> {
  delivery_id: string;
  options: StoredOptions;
  status: DeliveryStatus;
  status_code: number | null;
  error_message: string | null;
  /** Whether it is in the outbox, that is, not ended. */
  open: boolean;
  workflow_id: string | null;
  claimed_by: string | null;
  next_attempt_at: Date | null;
}

function resultOf(deliveryId: string, state: DeliveryResult['state']): DeliveryResult {
  return { deliveryId, state, message: '', nextAttemptAt: null, plan: null };
}

function isEnd(status: DeliveryStatus): status is 'delivered' | 'failed' | 'cancelled' {
  return status === 'delivered' || status === 'failed' || status === 'cancelled';
}

function messageOf(row: ResultRow): string {
  if (row.attempts === 0) return 'not attempted yet';
  return describeFailure(row.attempts, row.max_attempts, {
    statusCode: row.status_code,
    errorMessage: row.error_message,
  });
}
