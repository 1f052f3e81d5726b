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

/** The most that one claim brings, and that waits in a lane. */
export const CLAIM_MAX = 256;
/** As much waits in a lane as it gets through in this time; the rest is better off in PostgreSQL. */
const AHEAD_MS = 500;
/** What would wait longer is given back. */
const LONGEST_WAIT_MS = 5_000;
/** A lane that was not in order is remembered for so long after its last attempt. */
const REMEMBERED_MS = 3_600_000;

/** One webhook's deliveries in this process. */
export class Lane<Job> {
  owner: LaneOwner;
  readonly adaptive: AdaptiveConcurrency;
  readonly queue: Job[] = [];
  /** Claimed and not done with: waiting, on the wire, or being recorded. */
  held = 0;
  /** It had no capacity when it was last asked. */
  blocked = false;
  timer: NodeJS.Timeout | undefined;
  /** When the attempts on the wire began, oldest first. */
  private readonly begun = new Set<{ at: number }>();
  private bucket: TokenBucket | undefined;
  private touchedAt: number;

  constructor(owner: LaneOwner, workers: number, now: number) {
    this.owner = owner;
    this.touchedAt = now;
    this.adaptive = new AdaptiveConcurrency(owner.options.limits.concurrency);
    this.configure(owner, workers, now);
  }

  /** Its share of a rate is what one of `workers` may send. */
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

  /** Whether an attempt can begin but for the rate. */
  get open(): boolean {
    return this.queue.length > 0 && this.running < this.adaptive.concurrency;
  }

  /** Milliseconds until the rate lets the next attempt begin. */
  wait(now: number): number {
    return this.bucket?.wait(now) ?? 0;
  }

  /** Takes what is next off the queue; `ended` is to be called with what came of it, or without when nothing was sent. */
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

  /** What an attempt takes, in milliseconds, with a look at those that have no answer yet. */
  duration(now: number): number {
    const [oldest] = this.begun;
    return Math.max(this.adaptive.averageMs, oldest ? now - oldest.at : 0);
  }

  /** It is out of the fast lane: what it holds does not count against the others' capacity. */
  isSlow(now: number): boolean {
    return this.duration(now) >= SLOW_MS;
  }

  /** How many may wait. */
  ahead(now: number): number {
    const soon = Math.ceil((this.adaptive.concurrency * AHEAD_MS) / Math.max(1, this.duration(now)));
    return Math.min(CLAIM_MAX, soon, Math.ceil(this.bucket?.size ?? Infinity));
  }

  /** How many of those that wait should rather wait in PostgreSQL, where every worker can get at them. */
  excess(now: number): number {
    const eachMs = Math.max(this.duration(now) / this.adaptive.concurrency, this.bucket ? 1_000 / this.bucket.size : 0);
    return this.queue.length * eachMs > LONGEST_WAIT_MS ? Math.max(0, this.queue.length - this.ahead(now)) : 0;
  }

  /** How many more it can take of which none has to wait long; none while half of that waits already, so that claims are few. */
  capacity(now: number): number {
    const ahead = this.ahead(now);
    if (this.queue.length * 2 > ahead) return 0;
    const free = Math.max(0, this.adaptive.concurrency - this.running);
    return Math.min(CLAIM_MAX, this.bucket ? ahead : ahead + free) - this.queue.length;
  }

  /** Nothing in hand, and nothing to be remembered. */
  isForgettable(now: number): boolean {
    if (this.held > 0) return false;
    if (now - this.touchedAt > REMEMBERED_MS) return true;
    return !this.adaptive.slowed && this.adaptive.failures === 0 && (this.bucket?.isFull(now) ?? true);
  }
}
