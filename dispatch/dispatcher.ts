import type { Logger } from 'pino';
import { CLAIM_DUE } from '../core/db/queries/dispatch.ts';
import type { Claimed } from './claimed.ts';
import type { Claims } from './claims.ts';
import type { Flight, Flights } from './flights.ts';
import type { Grouping } from './grouping.ts';
import type { Lanes } from './lanes.ts';
import type { Lease } from './lease.ts';
import type { Starter } from './starter.ts';

export interface Job {
  flight: Flight;
  /** The incarnation that claimed it. */
  worker: string;
}

export interface DispatcherDeps {
  log: Logger;
  lease: Lease;
  claims: Claims;
  flights: Flights;
  lanes: Lanes<Job>;
  starter: Starter;
  grouping: Grouping;
  /** Most deliveries claimed and not yet done with, in this process. */
  maxInFlight: number;
}

const CLAIM_MAX = 256;
/** So many times what may be in flight may wait for Temporal to take its workflow: of those, little more than ids is kept. */
const UNACKNOWLEDGED = 4;
const CONCURRENT_CLAIMS = 2;
/** Finds what a lost notice hid, and what has become due by the passing of time. */
const POLL_MS = 500;

/**
 * Claims what is due and sends it on its way. The attempt begins at once, protected by the worker's lease, while the
 * workflow that will own the delivery starts beside it. The same loop serves new deliveries, manual retries, resumed ones,
 * what a dead worker left, and retries that Temporal did not begin.
 */
export class Dispatcher {
  private readonly deps: DispatcherDeps;
  private claiming = 0;
  private again = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: DispatcherDeps) {
    this.deps = deps;
  }

  start(): void {
    this.timer = setInterval(() => this.wakeUp(), POLL_MS);
    this.wakeUp();
  }

  /** Claims nothing more; what is in flight goes on. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Something may be due, or room may have come free. */
  wakeUp(): void {
    this.again = true;
    while (this.again && !this.stopped && this.claiming < CONCURRENT_CLAIMS && this.room() > 0) {
      this.again = false;
      void this.claim();
    }
  }

  private room(): number {
    const { flights, starter, maxInFlight } = this.deps;
    return Math.min(maxInFlight - flights.count, maxInFlight * UNACKNOWLEDGED - starter.pending);
  }

  private async claim(): Promise<void> {
    const { claims, lease, lanes, log } = this.deps;
    if (!lease.fresh()) return;
    this.claiming++;
    const limit = Math.min(CLAIM_MAX, this.room());
    try {
      const { worker, rows } = await claims.take(CLAIM_DUE, limit, lanes.saturated());
      this.launch(rows, worker);
      if (rows.length === limit) this.again = true;
    } catch (error) {
      log.warn({ err: error }, 'nothing could be claimed');
    } finally {
      this.claiming--;
      if (this.again) this.wakeUp();
    }
  }

  private launch(claimed: Claimed[], worker: string): void {
    for (const flight of this.deps.grouping.add(claimed)) {
      this.deps.lanes.add(flight.claimed.webhook_id, { flight, worker });
    }
  }
}
