interface Lane<Job> {
  running: number;
  queue: Job[];
}

/**
 * Bounded concurrency per webhook: each webhook's deliveries run in a lane of their own, so that one that is slow fills its
 * own lane and nobody else's.
 */
export class Lanes<Job> {
  private readonly lanes = new Map<string, Lane<Job>>();
  private readonly concurrency: number;
  private readonly run: (job: Job) => Promise<void>;

  constructor(concurrency: number, run: (job: Job) => Promise<void>) {
    this.concurrency = concurrency;
    this.run = run;
  }

  add(webhookId: string, job: Job): void {
    let lane = this.lanes.get(webhookId);
    if (!lane) this.lanes.set(webhookId, (lane = { running: 0, queue: [] }));
    if (lane.running < this.concurrency) this.begin(webhookId, lane, job);
    else lane.queue.push(job);
  }

  /** Webhooks that already have a full lane and as much again waiting: claim none of theirs now. */
  saturated(): string[] {
    const full: string[] = [];
    for (const [webhookId, lane] of this.lanes) if (lane.queue.length >= this.concurrency) full.push(webhookId);
    return full;
  }

  /** Takes out everything that has not begun. */
  clear(): Job[] {
    return [...this.lanes.values()].flatMap((lane) => lane.queue.splice(0));
  }

  private begin(webhookId: string, lane: Lane<Job>, job: Job): void {
    lane.running++;
    void this.run(job).finally(() => {
      lane.running--;
      const next = lane.queue.shift();
      if (next) this.begin(webhookId, lane, next);
      else if (lane.running === 0) this.lanes.delete(webhookId);
    });
  }
}
