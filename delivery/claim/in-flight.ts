import type { ByteBudget } from '../../core/byte-budget.ts';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import type { Claimed } from './claimed.ts';

/** What came of a claimed delivery; null when this worker lost its claim, and PostgreSQL has to be asked. */
export type Landing = {
  status: DeliveryStatus;
  message: string;
  nextAttemptAt: Date | null;
  /** Attempts made so far. */
  attempts: number;
} | null;

/** One claimed delivery on its way in this process. */
export class Flight {
  readonly claimed: Claimed;
  /** The incarnation that claimed it. */
  readonly worker: string;
  /** The workflow whose activity claimed it; null when a dispatcher did. */
  readonly workflowId: string | null;
  /** The workflow that its outcome was recorded with. */
  recordedWith: string | null = null;
  /** Undefined while it is in the air. */
  landing: Landing | undefined;
  /** Its claim is being given back, without an attempt. */
  givenBack = false;
  private readonly onLanded: (flight: Flight) => void;
  private news: PromiseWithResolvers<void> | undefined;

  constructor(claimed: Claimed, worker: string, workflowId: string | null, onLanded: (flight: Flight) => void) {
    this.claimed = claimed;
    this.worker = worker;
    this.workflowId = workflowId;
    this.onLanded = onLanded;
  }

  get hasLanded(): boolean {
    return this.landing !== undefined;
  }

  land(landing: Landing): void {
    if (this.hasLanded) return;
    this.landing = landing;
    this.claimed.body = '';
    this.onLanded(this);
    this.news?.resolve();
  }

  /** Resolves when it has landed. */
  async end(): Promise<void> {
    if (!this.hasLanded) await (this.news ??= Promise.withResolvers()).promise;
  }
}

/** The claimed deliveries of this process whose outcome is not recorded yet, by id. */
export class Flights {
  private readonly byId = new Map<string, Flight>();
  private readonly payloads: Pick<ByteBudget, 'free'>;

  /** Frees the payload of each that lands. */
  constructor(payloads: Pick<ByteBudget, 'free'>) {
    this.payloads = payloads;
  }

  get count(): number {
    return this.byId.size;
  }

  add(claimed: Claimed, worker: string, workflowId: string | null): Flight {
    const flight = new Flight(claimed, worker, workflowId, (landed) => this.drop(landed));
    this.byId.set(claimed.delivery_id, flight);
    return flight;
  }

  /** Whether this incarnation has it in the air already: its claim was lost in a crash of PostgreSQL, and made again. */
  has(deliveryId: string, worker: string): boolean {
    const flight = this.byId.get(deliveryId);
    return flight !== undefined && !flight.givenBack && flight.worker === worker;
  }

  get(deliveryId: string): Flight | undefined {
    return this.byId.get(deliveryId);
  }

  private drop(flight: Flight): void {
    this.payloads.free(flight.claimed.bytes);
    if (this.byId.get(flight.claimed.delivery_id) === flight) this.byId.delete(flight.claimed.delivery_id);
  }
}
