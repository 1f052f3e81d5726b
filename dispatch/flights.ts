import type { DeliveryStatus } from '../core/domain/delivery.ts';
import type { Claimed } from './claimed.ts';

/** What came of a claimed delivery; null when this worker lost its claim, and PostgreSQL has to be asked. */
export type Landing = {
  status: DeliveryStatus;
  message: string;
  nextAttemptAt: Date | null;
  /** Attempts made so far. */
  attempts: number;
} | null;

/**
 * One claimed delivery on its way in this process. There are thousands between a claim and the end of their group's workflow, so
 * it holds little, and has no promise but for those that wait.
 */
export class Flight {
  readonly claimed: Claimed;
  /** The incarnation that claimed it. */
  readonly worker: string;
  /** The workflow that will own it when its attempt is recorded. */
  workflowId: string;
  /** Undefined while it is in the air. */
  landing: Landing | undefined;
  /** Its claim is being given back, without an attempt. */
  givenBack = false;
  /** Landed a while ago, and nobody has joined it. */
  stale = false;
  private readonly onLanded: () => void;
  private news: PromiseWithResolvers<void> | undefined;

  constructor(claimed: Claimed, worker: string, workflowId: string, onLanded: () => void) {
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
    this.onLanded();
    this.tell();
  }

  /** It leaves the workflow that it was started in. */
  move(workflowId: string): void {
    this.workflowId = workflowId;
    this.tell();
  }

  /** Resolves when it has landed, or goes on in another workflow than this one. */
  async endIn(workflowId: string): Promise<void> {
    while (!this.hasLanded && this.workflowId === workflowId) await (this.news ??= Promise.withResolvers()).promise;
  }

  private tell(): void {
    this.news?.resolve();
    this.news = undefined;
  }
}

const KEEP_LANDED_MS = 60_000;
/** While Temporal is away nobody joins: more than so many are not kept. */
const MOST_LANDED = 20_000;

/** The claimed deliveries of this process by id, so that a workflow's activity can join the attempt in flight. */
export class Flights {
  private readonly byId = new Map<string, Flight>();
  private readonly onLanded = () => void this.count--;
  private sweptAt = performance.now();
  /** In the air: claimed and not yet recorded. */
  count = 0;

  add(claimed: Claimed, worker: string, workflowId: string): Flight {
    if (performance.now() - this.sweptAt > KEEP_LANDED_MS) this.sweep();
    if (this.byId.size - this.count > MOST_LANDED) this.dropOldest(MOST_LANDED / 2);
    const flight = new Flight(claimed, worker, workflowId, this.onLanded);
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
    if (this.byId.get(flight.claimed.delivery_id) === flight) this.byId.delete(flight.claimed.delivery_id);
  }

  private dropOldest(landed: number): void {
    for (const flight of this.byId.values()) {
      if (landed === 0) return;
      if (!flight.hasLanded) continue;
      this.drop(flight);
      landed--;
    }
  }

  /** Forgets what nobody joined within one to two times `KEEP_LANDED_MS`. */
  private sweep(): void {
    this.sweptAt = performance.now();
    for (const flight of this.byId.values()) {
      if (flight.stale) this.drop(flight);
      else flight.stale = flight.hasLanded;
    }
  }
}
