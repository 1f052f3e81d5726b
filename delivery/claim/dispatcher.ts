import type { Logger } from 'pino';
import type { Tracing } from '../../core/tracing/tracing.ts';
import { CLAIM_DUE, CLAIM_FAIRLY } from './claim-statements.ts';
import type { Claimed } from './claimed.ts';
import type { Claims } from './claims.ts';
import { traceClaims } from './delivery-spans.ts';
import type { InFlightDelivery, InFlightDeliveries } from './in-flight.ts';
import { CLAIM_MAX } from '../concurrency/lane.ts';
import type { Lanes, Capacity } from '../concurrency/lanes.ts';
import type { Lease } from '../lease/lease.ts';
import { LowWater } from './low-water.ts';
import { CLAIM_BYTES, type Payloads } from './payloads.ts';

export interface DispatcherDeps {
  log: Logger;
  lease: Lease;
  claims: Claims;
  lanes: Lanes<InFlightDelivery>;
  inFlight: InFlightDeliveries;
  payloads: Pick<Payloads, 'mostRows'>;
  tracing: Tracing | null;
}

/** Finds retries that became due, and deliveries whose notification was lost. */
const POLL_MS = 500;
/** A batch of this size waits for further deliveries: larger claims cost less per delivery. */
const BATCH = 8;
/** Interval between claims of batches, multiplied by the number of workers. */
const GATHER_MS = 20;
/** Before every webhook. */
const NONE = '00000000-0000-0000-0000-000000000000';

/**
 * Claims due deliveries and starts their attempts, protected by the worker's lease. The same loop serves new deliveries, manual retries,
 * resumed deliveries, deliveries of dead workers, and retries that Temporal did not start in time.
 */
export class Dispatcher {
  private readonly deps: DispatcherDeps;
  private readonly lowWater = new LowWater();
  private claiming = false;
  private again = false;
  /** When the last claim began. */
  private claimedAt = -Infinity;
  private gathering: NodeJS.Timeout | undefined;
  /** Where the last fair claim ended; NONE: at the last webhook. */
  private seenLast = NONE;
  private round: Round = { from: -Infinity, oldest: Infinity, tookMs: 0 };
  /** Whether deliveries may have become due since the round of fair claims began. */
  private unseen = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: DispatcherDeps) {
    this.deps = deps;
  }

  start(): void {
    this.timer = setInterval(() => this.wakeUp(), POLL_MS);
    this.wakeUp();
  }

  /** Stops claiming; in-flight deliveries continue. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.endGathering();
  }

  /** Deliveries may be due: the number that was accepted together, if known. */
  wakeUp(deliveries = 0): void {
    this.unseen = true;
    if (deliveries === 0) this.lowWater.lookBack();
    const wait = deliveries < BATCH ? 0 : this.claimedAt + GATHER_MS * this.deps.lease.workers - performance.now();
    if (wait > 0) this.gather(wait);
    else this.goOn();
  }

  /** Capacity is available again, or deliveries may be due. */
  goOn(): void {
    this.again = true;
    if (this.stopped || this.claiming) return;
    const capacity = this.capacity();
    if (capacity.total > 0 && this.mayBring(capacity)) void this.claim(capacity);
  }

  private gather(ms: number): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.goOn();
    }, ms);
  }

  private endGathering(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
  }

  /** Whether a claim can return anything: webhooks without capacity must wait, and the last round found nothing for others. */
  private mayBring({ fair, byWebhook }: Capacity): boolean {
    return !fair || this.unseen || this.seenLast !== NONE || Object.values(byWebhook).some((capacity) => capacity > 0);
  }

  private capacity(): Capacity {
    const capacity = this.deps.lanes.capacity();
    return { ...capacity, total: Math.min(CLAIM_MAX, capacity.total, this.deps.payloads.mostRows()) };
  }

  private async claim(capacity: Capacity): Promise<void> {
    const { lease, log } = this.deps;
    if (!lease.fresh()) return;
    this.again = false;
    this.claiming = true;
    this.claimedAt = performance.now();
    this.endGathering();
    try {
      if (capacity.fair ? await this.claimFairly(capacity) : await this.claimOldest(capacity)) this.again = true;
    } catch (error) {
      log.warn({ err: error }, 'claim failed: retrying');
    } finally {
      this.claiming = false;
      if (this.again) this.goOn();
    }
  }

  /** Whether there may be more. */
  private async claimOldest({ total }: Capacity): Promise<boolean> {
    const startedAt = performance.now();
    const from = this.lowWater.begin(startedAt);
    const { worker, rows, left } = await this.deps.claims.take(CLAIM_DUE, CLAIM_BYTES, total, from);
    const now = performance.now();
    this.lowWater.end(from, Math.min(...[...rows, ...left].map((row) => row.due)), now - startedAt, now);
    this.launch(rows, worker, CLAIM_DUE, startedAt);
    return rows.length === total || left.length > 0;
  }

  /** Goes through the webhooks in rounds, a part with each claim. Returns whether more may be due: not after a round that left nothing. */
  private async claimFairly({ total, byWebhook, others }: Capacity): Promise<boolean> {
    const { seenLast } = this;
    const startedAt = performance.now();
    if (seenLast === NONE) {
      this.unseen = false;
      this.round = { from: this.lowWater.begin(startedAt), oldest: Infinity, tookMs: 0 };
    }
    const { round } = this;
    const capacity = JSON.stringify(byWebhook);
    const values = [total, capacity, others, seenLast, round.from];
    const taken = await this.deps.claims.take<FairlyClaimed>(CLAIM_FAIRLY, CLAIM_BYTES, ...values);
    const rows = taken.rows.filter((row) => row.delivery_id !== null);
    const [scan] = [...taken.rows, ...taken.left];
    this.seenLast = (scan?.more && scan.seen) || NONE;
    this.endOfRound(round, scan?.oldest ?? Infinity, startedAt);
    this.launch(rows, taken.worker, CLAIM_FAIRLY, startedAt);
    const left = taken.left.length > 0 || rows.length === total || this.mayLeave(rows, byWebhook, others);
    this.unseen ||= left;
    return left || this.seenLast !== NONE || (this.unseen && this.gathering === undefined);
  }

  /** The low-water mark moves when a round has seen the oldest delivery of every webhook. */
  private endOfRound(round: Round, oldest: number, startedAt: number): void {
    const now = performance.now();
    round.oldest = Math.min(round.oldest, oldest);
    round.tookMs += now - startedAt;
    if (this.seenLast === NONE) this.lowWater.end(round.from, round.oldest, round.tookMs, now);
  }

  /** Whether a webhook got as much as it could: then more may be due. */
  private mayLeave(rows: FairlyClaimed[], byWebhook: Capacity['byWebhook'], others: number): boolean {
    const counts = new Map<string, number>();
    for (const { webhook_id: id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
    return [...counts].some(([id, count]) => count >= Math.min(byWebhook[id] ?? others, rows[0]!.most));
  }

  private launch(claimed: Claimed[], worker: string, statement: { name: string }, begunAt: number): void {
    const { inFlight, lanes, tracing } = this.deps;
    if (tracing) traceClaims(tracing, claimed, { statement, begunAt });
    for (const one of claimed) lanes.add(one, inFlight.add(one, worker, null));
  }
}

/** Fair claims that go through all webhooks once. */
interface Round {
  /** The earliest due time that it looks at, and that it saw, in seconds since 1970. */
  from: number;
  oldest: number;
  /** The number of deliveries claimed so far. */
  tookMs: number;
}

interface FairlyClaimed extends Claimed {
  /** The earliest due time that was seen, in seconds since 1970. */
  oldest: number | null;
  /** The last webhook that was looked at. */
  seen: string;
  /** Whether others may follow it. */
  more: boolean;
  /** The largest number of deliveries of one webhook. */
  most: number;
}
