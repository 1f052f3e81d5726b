import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { listen, type Listener } from '../../core/db/listener.ts';
import { Settlement } from './state-propagation.ts';

export interface SettlerOptions {
  databaseUrl: string;
  pool: pg.Pool;
  log: Logger;
  /** Some of a webhook's deliveries have followed its state. */
  onMoved(webhook: UnsettledWebhook): void;
}

export interface UnsettledWebhook {
  id: string;
  platform: string;
  org_id: string;
}

/** Finds what a lost notice hid. */
const POLL_MS = 1_000;
/** Between two parts others get their turn. */
const PART_PAUSE_MS = 20;
/** How often a drain that is full is looked at: about the time in which a tenth of what is due can go out. */
const FULL_PAUSE_MS = 200;

const UNSETTLED = 'select id, platform, org_id from webhooks where settling is not null order by id';

/**
 * Has the deliveries of webhooks that were paused, resumed, turned off or deleted follow, a part of each in turns, where the
 * API left something to do.
 */
export class Settler {
  private readonly options: SettlerOptions;
  private readonly settlements = new Map<string, Settlement>();
  private listener: Listener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(options: SettlerOptions) {
    this.options = options;
  }

  start(): void {
    this.listener = listen({ ...this.options, channels: ['posthorn_settle'], onNotify: () => this.wakeUp() });
    this.timer = setInterval(() => this.wakeUp(), POLL_MS);
  }

  /** Resolves when the part that is being done is done; other workers go on from there. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.all([this.listener?.close(), this.running]);
  }

  private wakeUp(): void {
    this.again = true;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      const webhooks = await this.findUnsettled();
      for (const id of this.settlements.keys()) {
        if (!webhooks.some((webhook) => webhook.id === id)) this.settlements.delete(id);
      }
      let pauseMs = FULL_PAUSE_MS;
      for (const webhook of webhooks) {
        if (this.stopped) return;
        const step = await this.settle(webhook);
        this.again ||= step !== 'settled' && step !== 'failed';
        if (step === 'more' || step === 'last-look') pauseMs = PART_PAUSE_MS;
      }
      if (this.again) await sleep(pauseMs);
    }
  }

  private async findUnsettled(): Promise<UnsettledWebhook[]> {
    try {
      return (await this.options.pool.query<UnsettledWebhook>(UNSETTLED)).rows;
    } catch (error) {
      this.options.log.warn({ err: error }, 'webhooks whose state changed cannot be looked for');
      return [];
    }
  }

  private async settle(webhook: UnsettledWebhook) {
    const settlement = this.settlements.get(webhook.id) ?? new Settlement(this.options.pool, webhook.id);
    this.settlements.set(webhook.id, settlement);
    try {
      const step = await settlement.step();
      if (step === 'more' || step === 'settled') this.options.onMoved(webhook);
      return step;
    } catch (error) {
      this.options.log.warn({ err: error, webhook: webhook.id }, 'deliveries cannot follow their webhook yet');
      return 'failed';
    }
  }
}
