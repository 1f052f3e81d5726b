import type { WebhookOptions } from '../../core/options/index.ts';
import { AdaptiveConcurrency, SLOW_MS, type Outcome } from './adaptive-concurrency.ts';
import { TokenBucket } from './token-bucket.ts';

/** What a lane needs to know about its webhook. */
export interface LaneOwner {
  webhook_id: string;
  platform: string;
  org_id: string;
  options: Pick<WebhookOptions, 'limits'>;
}

/** Maximum of deliveries in one claim, and in a lane's queue. */
export const CLAIM_MAX = 256;
/** A lane's queue holds what it can send within this time; the rest waits in PostgreSQL. */
const AHEAD_MS = 500;
/** Deliveries that would wait longer are released. */
const LONGEST_WAIT_MS = 5_000;
/** How long a lane with failures is remembered after its last attempt. */
const REMEMBERED_MS = 3_600_000;

/** The queue of one webhook's claimed deliveries in this process. */
export class Lane<Job> {
  owner: LaneOwner;
  readonly adaptive: AdaptiveConcurrency;
  readonly queue: Job[] = [];
  /** Claimed deliveries: queued, being sent, or being recorded. */
  held = 0;
  /** It had no capacity at the last check. */
  blocked = false;
  timer: NodeJS.Timeout | undefined;
  /** Start times of the running attempts, oldest first. */
  private readonly begun = new Set<{ at: number }>();
  private bucket: TokenBucket | undefined;
  private touchedAt: number;

  constructor(owner: LaneOwner, workers: number, now: number) {
    this.owner = owner;
    this.touchedAt = now;
    this.adaptive = new AdaptiveConcurrency(owner.options.limits.concurrency);
    this.configure(owner, workers, now);
  }

  /** Its share of a rate is that of one of `workers`. */
  configure(owner: LaneOwner, workers: number, now: number): void {
    this.owner = owner;
    const { concurrency, rate } = owner.options.limits;
    this.adaptive.setLimit(concurrency);
    if (rate === null) this.bucket = undefined;
    else if (this.bucket) this.bucket.setRate(rate / workers, now);
    else this.bucket = new TokenBucket(rate / workers, now);
  }

  get running(): number {
    return this.begun.size;
  }

  /** Whether an attempt can start, apart from the rate limit. */
  get open(): boolean {
    return this.queue.length > 0 && this.running < this.adaptive.concurrency;
  }

  /** Milliseconds until the rate limit allows the next attempt. */
  wait(now: number): number {
    return this.bucket?.wait(now) ?? 0;
  }

  /** Takes the next delivery off the queue; call `ended` with the outcome, or without one if nothing was sent. */
  begin(now: number): { job: Job; ended: (outcome?: Outcome) => void } {
    const start = { at: now };
    this.begun.add(start);
    this.bucket?.take();
    this.touchedAt = now;
    return {
      job: this.queue.shift()!,
      ended: (outcome) => {
        if (this.begun.delete(start) && outcome) this.adaptive.note(outcome);
      },
    };
  }

  /** Duration of an attempt, in milliseconds, including those that have no answer yet. */
  duration(now: number): number {
    return Math.max(this.adaptive.averageMs, this.oldestMs(now));
  }

  /** How long the oldest of the running attempts has been running, in milliseconds; 0 without one. */
  oldestMs(now: number): number {
    const [oldest] = this.begun;
    return oldest ? now - oldest.at : 0;
  }

  /** Slow lanes have a separate share of the capacity. */
  isSlow(now: number): boolean {
    return this.duration(now) >= SLOW_MS;
  }

  /** Maximum length of the queue. */
  ahead(now: number): number {
    const soon = Math.ceil((this.adaptive.concurrency * AHEAD_MS) / Math.max(1, this.duration(now)));
    return Math.min(CLAIM_MAX, soon, Math.ceil(this.bucket?.size ?? Infinity));
  }

  /** Queued deliveries that should be released, so that any worker can claim them. */
  excess(now: number): number {
    const eachMs = Math.max(this.duration(now) / this.adaptive.concurrency, this.bucket ? 1_000 / this.bucket.size : 0);
    return this.queue.length * eachMs > LONGEST_WAIT_MS ? Math.max(0, this.queue.length - this.ahead(now)) : 0;
  }

  /** How many more deliveries it can take without a long wait; 0 while half of that is queued, so that claims are few. */
  capacity(now: number): number {
    const ahead = this.ahead(now);
    if (this.queue.length * 2 > ahead) return 0;
    const free = Math.max(0, this.adaptive.concurrency - this.running);
    return Math.min(CLAIM_MAX, this.bucket ? ahead : ahead + free) - this.queue.length;
  }

  /** It holds nothing and has no state to remember. */
  isForgettable(now: number): boolean {
    if (this.held > 0) return false;
    if (now - this.touchedAt > REMEMBERED_MS) return true;
    return !this.adaptive.slowed && this.adaptive.failures === 0 && (this.bucket?.isFull(now) ?? true);
  }
}
