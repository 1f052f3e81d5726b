import type pg from 'pg';
import type { DatabaseClock } from '../../core/database-clock.ts';
import { CLAIM_MEMBERS, STANDING } from './claim-statements.ts';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import { StoppingError, type DeliveryAttempts, type Standing } from '../../core/domain/standing.ts';
import { describeFailure } from '../../core/domain/verdict.ts';
import { planOf, type Claimed } from './claimed.ts';
import type { Claims } from './claims.ts';
import type { Flight, Flights } from './in-flight.ts';
import { CLAIM_MAX } from '../concurrency/lane.ts';
import type { Lanes } from '../concurrency/lanes.ts';

export interface AttendanceDeps {
  pool: pg.Pool;
  claims: Claims;
  flights: Flights;
  lanes: Lanes<Flight>;
  retryUnitMs: number;
  clock: DatabaseClock;
}

/** How often it looks again while another process has the attempt in flight, or the database is away. */
const LOOK_AGAIN_MS = 500;
/** A later run begins when Temporal's clock says so, the first one at any time. */
const CLOCK_SLACK_S = 1;
/** What is not taken in hand so long after its time, for want of room, is left to the dispatchers: it waits in PostgreSQL. */
const PATIENCE_MS = 5_000;

/** What a claim brings at once for each delivery; larger payloads take it one more statement. So many claims may be under way. */
const BYTES_EACH = 64 * 1024;

/** What a workflow's activity does in this process: it makes the attempts that are due, and looks in PostgreSQL for the rest. */
export class Attendance implements DeliveryAttempts {
  private readonly deps: AttendanceDeps;
  private stopping = false;

  constructor(deps: AttendanceDeps) {
    this.deps = deps;
  }

  /** What waits for others now ends with `StoppingError`; what has attempts in flight waits for those. */
  stop(): void {
    this.stopping = true;
  }

  now(): number {
    return this.deps.clock.now();
  }

  async attend(workflowId: string, deliveryIds: string[], run: number): Promise<Standing[]> {
    const standings = new Map<string, Standing>();
    for (;;) {
      const open = deliveryIds.filter((id) => !standings.has(id));
      if (open.length === 0) return deliveryIds.map((id) => standings.get(id)!);
      try {
        await this.look(workflowId, open, run === 1 ? 0 : CLOCK_SLACK_S, standings);
      } catch {
        // The database is away: an activity run is not spent on that.
      }
      if (this.stopping && standings.size < deliveryIds.length) throw new StoppingError('the worker is stopping');
      if (standings.size < deliveryIds.length) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  private async look(workflowId: string, deliveryIds: string[], slackS: number, standings: Map<string, Standing>) {
    const claimed = await this.claim(workflowId, deliveryIds, slackS);
    await Promise.all(claimed.map((flight) => flight.end()));
    for (const flight of claimed) {
      const known = this.leave(flight, workflowId);
      if (known) standings.set(known.deliveryId, known);
    }
    const unknown = deliveryIds.filter((id) => !standings.has(id));
    if (unknown.length > 0) await this.ask(workflowId, unknown, standings);
  }

  private async claim(workflowId: string, deliveryIds: string[], slackS: number): Promise<Flight[]> {
    const { claims, flights, lanes } = this.deps;
    const { total, byWebhook } = lanes.room();
    const room = [Math.max(0, total), JSON.stringify(byWebhook), CLAIM_MAX];
    const values = [...room, deliveryIds, workflowId, slackS];
    const { worker, rows } = await claims.take(CLAIM_MEMBERS, BYTES_EACH * deliveryIds.length, ...values);
    return rows.map((claimed) => {
      const flight = flights.add(claimed, worker, workflowId);
      lanes.add(claimed, flight);
      return flight;
    });
  }

  /** What came of a flight for this workflow; null when PostgreSQL has to be asked. */
  private leave(flight: Flight, workflowId: string): Standing | null {
    const { claimed, landing } = flight;
    const deliveryId = claimed.delivery_id;
    if (flight.recordedWith !== null && flight.recordedWith !== workflowId) return standing(deliveryId, 'moved');
    if (!landing || landing.status === 'pending') return null;
    const { status, message, nextAttemptAt, attempts } = landing;
    if (status !== 'retrying') return { deliveryId, state: status, message, nextAttemptAt, plan: null };
    const plan = planOf(claimed, attempts, this.deps.retryUnitMs);
    return { deliveryId, state: 'waiting', message, nextAttemptAt, plan };
  }

  private async ask(workflowId: string, deliveryIds: string[], standings: Map<string, Standing>): Promise<void> {
    const { rows } = await this.deps.pool.query<StandingRow>({ ...STANDING, values: [deliveryIds] });
    for (const row of rows) {
      const known = this.interpret(row, workflowId);
      if (known) standings.set(row.delivery_id, known);
    }
    const found = new Set(rows.map((row) => row.delivery_id));
    for (const id of deliveryIds) if (!found.has(id)) standings.set(id, standing(id, 'moved'));
  }

  /** Null while somebody else has it in hand: it has to be looked at again. */
  private interpret(row: StandingRow, workflowId: string): Standing | null {
    const { delivery_id: id, status } = row;
    if (!row.open) return isEnd(status) ? { ...standing(id, status), message: messageOf(row) } : null;
    if (row.workflow_id !== null && row.workflow_id !== workflowId) return standing(id, 'moved');
    if (row.claimed_by !== null) return null;
    if (status === 'held') return standing(id, 'held');
    const overdueMs = this.now() - row.next_attempt_at!.getTime();
    if (overdueMs > PATIENCE_MS) return standing(id, 'moved');
    if (row.workflow_id === null || overdueMs >= 0) return null;
    const plan = planOf(row, row.attempts, this.deps.retryUnitMs);
    return { deliveryId: id, state: 'waiting', message: messageOf(row), nextAttemptAt: row.next_attempt_at, plan };
  }
}

interface StandingRow extends Pick<
  Claimed,
  'attempts' | 'max_attempts' | 'round_start' | 'schedule_attempts' | 'initial_units' | 'coefficient'
> {
  delivery_id: string;
  status: DeliveryStatus;
  status_code: number | null;
  error_message: string | null;
  /** Whether it is in the outbox: not ended. */
  open: boolean;
  workflow_id: string | null;
  claimed_by: string | null;
  next_attempt_at: Date | null;
}

function standing(deliveryId: string, state: Standing['state']): Standing {
  return { deliveryId, state, message: '', nextAttemptAt: null, plan: null };
}

function isEnd(status: DeliveryStatus): status is 'delivered' | 'failed' | 'cancelled' {
  return status === 'delivered' || status === 'failed' || status === 'cancelled';
}

function messageOf(row: StandingRow): string {
  if (row.attempts === 0) return 'not attempted yet';
  return describeFailure(row.attempts, row.max_attempts, {
    statusCode: row.status_code,
    errorMessage: row.error_message,
  });
}
