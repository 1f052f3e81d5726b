import { CLAIM_MAX, Lane, type LaneOwner } from './lane.ts';
import type { Outcome } from './adaptive-concurrency.ts';

export interface LanesOptions<Job> {
  /** Runs an attempt; calls `ended` when the response is complete, and resolves when the result is recorded. */
  run: (job: Job, ended: (outcome: Outcome) => void) => Promise<void>;
  /** Maximum of in-flight deliveries in this process. */
  maxInFlight: number;
  /** Living workers, this one included: they share each webhook's rate. */
  workers: () => number;
  /** Called when capacity is available again. */
  onCapacity: () => void;
}

/** How many deliveries may be claimed now. */
export interface Capacity {
  /** Over all webhooks. */
  total: number;
  /** For webhooks with a capacity of their own. */
  byWebhook: Record<string, number>;
  /** For each other webhook. */
  others: number;
  /** A webhook is short of capacity, so the claim must be fair: the oldest deliveries may all be its own. */
  fair: boolean;
}

/** Attempts that start in one turn of the event loop, so that responses are handled in between. */
const SLICE = 16;
/** Capacity of a webhook without a lane. */
const UNKNOWN_CAPACITY = 64;
/** Interval at which a rate limit starts attempts, several at once if necessary. */
const RATE_TICK_MS = 10;

/**
 * Isolates webhooks from each other: each has a lane with bounded concurrency, and lanes start attempts in turns. One
 * webhook gets at most half of the process's capacity; all slow webhooks together get half of it.
 */
export class Lanes<Job> {
  private readonly options: LanesOptions<Job>;
  private readonly lanes = new Map<string, Lane<Job>>();
  /** Lanes in which an attempt can start, in turns. */
  private readonly ready = new Set<Lane<Job>>();
  private readonly half: number;
  private pumping = false;
  /** Attempts that may still start in this turn of the event loop. */
  private budget = SLICE;
  private refill: NodeJS.Immediate | undefined;
  /** Further capacity of each slow lane. */
  private slowCapacity = Infinity;
  /** Without capacity: how many deliveries must end until there is some. */
  private endsToCapacity = 0;

  constructor(options: LanesOptions<Job>) {
    this.options = options;
    this.half = Math.ceil(options.maxInFlight / 2);
  }

  add(owner: LaneOwner, job: Job): void {
    const lane = this.laneOf(owner);
    lane.held++;
    lane.queue.push(job);
    this.schedule(lane);
  }

  all(): Iterable<Lane<Job>> {
    return this.lanes.values();
  }

  capacity(): Capacity {
    const now = performance.now();
    const { fast, slow, slowLanes } = this.count(now);
    this.slowCapacity = Math.floor(Math.max(0, this.half - slow) / Math.max(1, slowLanes));
    const byWebhook: Capacity['byWebhook'] = {};
    let least = CLAIM_MAX;
    for (const [webhookId, lane] of this.lanes) {
      const capacity = this.capacityOf(lane, now);
      lane.blocked = capacity === 0;
      if (lane.held > 0 || lane.adaptive.slowed) least = Math.min(least, capacity);
      if (capacity < UNKNOWN_CAPACITY || lane.held >= UNKNOWN_CAPACITY / 2) byWebhook[webhookId] = capacity;
    }
    const fair = least < CLAIM_MAX / 2;
    const left = this.options.maxInFlight - fast - Math.min(slow, this.half);
    this.endsToCapacity = Math.max(0, enoughOf(this.options.maxInFlight) - left);
    const total = this.endsToCapacity > 0 ? 0 : Math.min(left, fair ? CLAIM_MAX : least);
    return { total, byWebhook, others: UNKNOWN_CAPACITY, fair };
  }

  /** Removes and returns all deliveries that have not been started. */
  clear(): Job[] {
    return [...this.lanes.values()].flatMap((lane) => this.takeOut(lane, 0));
  }

  /** Deletes idle lanes, and removes and returns deliveries that would wait too long. */
  sweep(): Job[] {
    const now = performance.now();
    return [...this.lanes.values()].flatMap((lane) => {
      this.forgetIfIdle(lane, now);
      return this.takeOut(lane, lane.queue.length - lane.excess(now));
    });
  }

  private laneOf(owner: LaneOwner): Lane<Job> {
    const now = performance.now();
    const workers = this.options.workers();
    let lane = this.lanes.get(owner.webhook_id);
    if (lane) lane.configure(owner, workers, now);
    else this.lanes.set(owner.webhook_id, (lane = new Lane(owner, workers, now)));
    return lane;
  }

  private takeOut(lane: Lane<Job>, keep: number): Job[] {
    const jobs = lane.queue.splice(keep);
    lane.held -= jobs.length;
    return jobs;
  }

  private schedule(lane: Lane<Job>): void {
    if (!lane.open || lane.timer) return;
    const wait = lane.wait(performance.now());
    if (wait === 0) {
      this.ready.add(lane);
      this.pump();
      return;
    }
    lane.timer = setTimeout(
      () => {
        lane.timer = undefined;
        this.schedule(lane);
      },
      Math.max(wait, RATE_TICK_MS),
    );
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    for (const lane of this.ready) {
      if (this.budget === 0) break;
      this.ready.delete(lane);
      this.begin(lane);
      this.schedule(lane);
    }
    this.pumping = false;
    if (this.budget < SLICE) this.refill ??= setImmediate(() => this.goOn());
  }

  /** In the next turn of the event loop. */
  private goOn(): void {
    this.refill = undefined;
    this.budget = SLICE;
    this.pump();
  }

  private begin(lane: Lane<Job>): void {
    if (!lane.open) return;
    this.budget--;
    const { job, ended } = lane.begin(performance.now());
    const leaveWire = (outcome?: Outcome) => {
      ended(outcome);
      this.schedule(lane);
      this.tellIfUnblocked(lane);
    };
    void this.options.run(job, leaveWire).finally(() => {
      lane.held--;
      leaveWire();
      this.forgetIfIdle(lane, performance.now());
      if (this.endsToCapacity > 0 && --this.endsToCapacity === 0) this.options.onCapacity();
    });
  }

  private tellIfUnblocked(lane: Lane<Job>): void {
    if (!lane.blocked || this.capacityOf(lane, performance.now()) === 0) return;
    lane.blocked = false;
    this.options.onCapacity();
  }

  private forgetIfIdle(lane: Lane<Job>, now: number): void {
    if (lane.isForgettable(now)) this.lanes.delete(lane.owner.webhook_id);
  }

  private count(now: number): { fast: number; slow: number; slowLanes: number } {
    const counts = { fast: 0, slow: 0, slowLanes: 0 };
    for (const lane of this.lanes.values()) {
      if (!lane.isSlow(now)) counts.fast += lane.held;
      else {
        counts.slow += lane.held;
        if (lane.held > 0) counts.slowLanes++;
      }
    }
    return counts;
  }

  private capacityOf(lane: Lane<Job>, now: number): number {
    const capacity = lane.capacity(now);
    if (lane.isSlow(now)) return Math.min(capacity, this.slowCapacity);
    const left = this.half - lane.held;
    return left < enoughOf(this.half) ? 0 : Math.min(capacity, left);
  }
}

/** Capacity is used once an eighth of it is free, so that claims are few. */
function enoughOf(whole: number): number {
  return Math.ceil(Math.min(whole, CLAIM_MAX) / 8);
}
