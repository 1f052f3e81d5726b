import { CLAIM_MAX, Lane, type LaneOwner } from './lane.ts';
import type { Outcome } from './adaptive-concurrency.ts';

export interface LanesOptions<Job> {
  /** Makes an attempt; calls `ended` once it is off the wire, and resolves when its outcome is recorded. */
  run: (job: Job, ended: (outcome: Outcome) => void) => Promise<void>;
  /** Most deliveries in hand, in this process. */
  maxInFlight: number;
  /** Living worker processes, this one included: they share each webhook's rate. */
  workers: () => number;
  /** There is capacity where there was none. */
  onCapacity: () => void;
}

/** What may be claimed now. */
export interface Capacity {
  /** Over all webhooks. */
  total: number;
  /** Of each webhook that is not like any other. */
  byWebhook: Record<string, number>;
  /** Of each of the others. */
  others: number;
  /** One that has no capacity has to be passed by: what is oldest may all be its. */
  fair: boolean;
}

/** Attempts that begin in one turn of the event loop, so that the others' answers are not kept waiting. */
const SLICE = 16;
/** What is claimed at first of a webhook that nothing is known of. */
const UNKNOWN_CAPACITY = 64;
/** How often at most a rate lets attempts begin; then several at once. */
const RATE_TICK_MS = 10;

/**
 * Keeps webhooks apart: each one's deliveries run in a lane of their own, with bounded concurrency, and begin in turns. One
 * webhook holds at most half of what the process may have in hand; those that are slow, half of it together.
 */
export class Lanes<Job> {
  private readonly options: LanesOptions<Job>;
  private readonly lanes = new Map<string, Lane<Job>>();
  /** Lanes in which an attempt can begin, in turns. */
  private readonly ready = new Set<Lane<Job>>();
  private readonly half: number;
  private pumping = false;
  /** What may still begin in this turn of the event loop. */
  private budget = SLICE;
  private refill: NodeJS.Immediate | undefined;
  /** What each slow lane may take more. */
  private slowCapacity = Infinity;
  /** While there is no capacity at all: how many more have to end. */
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

  /** Takes out everything that has not begun. */
  clear(): Job[] {
    return [...this.lanes.values()].flatMap((lane) => this.takeOut(lane, 0));
  }

  /** Forgets lanes that are of no more use, and takes out what would wait too long in the others. */
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

/** Capacity is used when there is an eighth of it, so that claims are few. */
function enoughOf(whole: number): number {
  return Math.ceil(Math.min(whole, CLAIM_MAX) / 8);
}
