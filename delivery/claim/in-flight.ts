import type { ByteBudget } from '../../core/byte-budget.ts';
import type { DeliveryStatus } from '../../core/domain/delivery.ts';
import type { Claimed } from './claimed.ts';

/** The end of a claimed delivery in this process; null if this worker lost its claim and the state must be read from PostgreSQL. */
export type DeliveryEnd = {
  status: DeliveryStatus;
  message: string;
  nextAttemptAt: Date | null;
  /** Attempts made so far. */
  attempts: number;
} | null;

/** A claimed delivery whose result is not recorded yet. */
export class InFlightDelivery {
  readonly claimed: Claimed;
  /** The id under which this worker claimed it. */
  readonly worker: string;
  /** The workflow whose activity claimed it; null when a dispatcher did. */
  readonly workflowId: string | null;
  /** The workflow that its result was recorded with. */
  recordedWith: string | null = null;
  /** Undefined while it is in flight. */
  result: DeliveryEnd | undefined;
  /** Its claim is being released without an attempt. */
  givenBack = false;
  private readonly onEnded: (delivery: InFlightDelivery) => void;
  private news: PromiseWithResolvers<void> | undefined;

  constructor(
    claimed: Claimed,
    worker: string,
    workflowId: string | null,
    onEnded: (delivery: InFlightDelivery) => void,
  ) {
    this.claimed = claimed;
    this.worker = worker;
    this.workflowId = workflowId;
    this.onEnded = onEnded;
  }

  get hasEnded(): boolean {
    return this.result !== undefined;
  }

  end(result: DeliveryEnd): void {
    if (this.hasEnded) return;
    this.result = result;
    this.claimed.body = '';
    this.onEnded(this);
    this.news?.resolve();
  }

  /** Resolves when it has ended. */
  async untilEnded(): Promise<void> {
    if (!this.hasEnded) await (this.news ??= Promise.withResolvers()).promise;
  }
}

/** The in-flight deliveries of this process, by id. */
export class InFlightDeliveries {
  private readonly byId = new Map<string, InFlightDelivery>();
  private readonly payloads: Pick<ByteBudget, 'free'>;

  /** Frees the payload of each that ends. */
  constructor(payloads: Pick<ByteBudget, 'free'>) {
    this.payloads = payloads;
  }

  get count(): number {
    return this.byId.size;
  }

  add(claimed: Claimed, worker: string, workflowId: string | null): InFlightDelivery {
    const delivery = new InFlightDelivery(claimed, worker, workflowId, (ended) => this.drop(ended));
    this.byId.set(claimed.delivery_id, delivery);
    return delivery;
  }

  /** Whether this worker has it in flight already: its claim was lost in a crash of PostgreSQL and made again. */
  has(deliveryId: string, worker: string): boolean {
    const delivery = this.byId.get(deliveryId);
    return delivery !== undefined && !delivery.givenBack && delivery.worker === worker;
  }

  get(deliveryId: string): InFlightDelivery | undefined {
    return this.byId.get(deliveryId);
  }

  private drop(delivery: InFlightDelivery): void {
    this.payloads.free(delivery.claimed.bytes);
    if (this.byId.get(delivery.claimed.delivery_id) === delivery) this.byId.delete(delivery.claimed.delivery_id);
  }
}
