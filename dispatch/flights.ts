import type { DeliveryStatus } from '../core/domain/delivery.ts';
import type { Plan } from '../core/domain/plan.ts';
import type { Claimed } from './claimed.ts';

/** What came of a claimed delivery; null when this worker lost its claim, and PostgreSQL has to be asked. */
export type Landing = {
  status: DeliveryStatus;
  message: string;
  nextAttemptAt: Date | null;
  /** What is left of the schedule. */
  plan: Plan;
} | null;

/** One claimed delivery on its way in this process. */
export interface Flight {
  claimed: Claimed;
  /** The incarnation that claimed it. */
  worker: string;
  /** The workflow that will own it when its attempt is recorded. */
  workflowId: string;
  landed: Promise<Landing>;
  land: (landing: Landing) => void;
  hasLanded: boolean;
  /** Its claim is being given back, without an attempt. */
  givenBack: boolean;
  /** Forgets it when nobody joins it; cleared with the first that does, since a timer keeps what it closes over. */
  forgetting: NodeJS.Timeout | undefined;
  /** Resolves when the delivery leaves the workflow that it was started in. */
  moved: Promise<void>;
  move: (workflowId: string) => void;
}

const KEEP_LANDED_MS = 60_000;

/** The claimed deliveries of this process by id, so that a workflow's activity can join the attempt in flight. */
export class Flights {
  private readonly byId = new Map<string, Flight>();
  /** In the air: claimed and not yet recorded. */
  count = 0;

  add(claimed: Claimed, worker: string, workflowId: string): Flight {
    const landed = Promise.withResolvers<Landing>();
    const moved = Promise.withResolvers<void>();
    const flight: Flight = {
      claimed,
      worker,
      workflowId,
      landed: landed.promise,
      hasLanded: false,
      givenBack: false,
      forgetting: undefined,
      land: (landing) => {
        if (flight.hasLanded) return;
        flight.hasLanded = true;
        claimed.body = '';
        this.count--;
        landed.resolve(landing);
        flight.forgetting = setTimeout(() => this.drop(flight), KEEP_LANDED_MS).unref();
      },
      moved: moved.promise,
      move: (to) => {
        flight.workflowId = to;
        moved.resolve();
      },
    };
    this.byId.set(claimed.delivery_id, flight);
    this.count++;
    return flight;
  }

  /** Whether this incarnation has it in the air already: its claim was lost in a crash of PostgreSQL, and made again. */
  has(deliveryId: string, worker: string): boolean {
    const flight = this.byId.get(deliveryId);
    return flight !== undefined && !flight.hasLanded && !flight.givenBack && flight.worker === worker;
  }

  get(deliveryId: string): Flight | undefined {
    return this.byId.get(deliveryId);
  }

  /** A landed flight is joined at most once by each run: the next run has to look at PostgreSQL. */
  drop(flight: Flight): void {
    clearTimeout(flight.forgetting);
    if (this.byId.get(flight.claimed.delivery_id) === flight) this.byId.delete(flight.claimed.delivery_id);
  }
}
