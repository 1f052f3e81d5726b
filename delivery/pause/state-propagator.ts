import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { listen, type Listener } from '../../core/db/listener.ts';
import { StatePropagation } from './state-propagation.ts';

export interface StatePropagatorOptions {
  databaseUrl: string;
  pool: pg.Pool;
  log: Logger;
  /** Called when some of a webhook's deliveries were updated. */
  onMoved(webhook: PropagatingWebhook): void;
}

export interface PropagatingWebhook {
  id: string;
  platform: string;
  org_id: string;
}

/** Interval of checks, in case a notification was lost. */
const POLL_MS = 1_000;
/** Pause between two parts, milliseconds. */
const PART_PAUSE_MS = 20;
/** How often a webhook with enough due deliveries is checked, milliseconds. */
const FULL_PAUSE_MS = 200;

const PROPAGATING = 'select id, platform, org_id from webhooks where propagating is not null order by id';

/**
 * Propagates the states of webhooks that were paused, resumed, turned off or deleted, a part of each in turns, where the
 * API has not finished.
 */
export class StatePropagator {
  private readonly options: StatePropagatorOptions;
  private readonly propagations = new Map<string, StatePropagation>();
  private listener: Listener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(options: StatePropagatorOptions) {
    this.options = options;
  }

  start(): void {
    this.listener = listen({ ...this.options, channels: ['posthorn_webhook_states'], onNotify: () => this.wakeUp() });
    this.timer = setInterval(() => this.wakeUp(), POLL_MS);
  }

  /** Resolves when the current part is done; other workers continue. */
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
      const webhooks = await this.findPropagating();
      for (const id of this.propagations.keys()) {
        if (!webhooks.some((webhook) => webhook.id === id)) this.propagations.delete(id);
      }
      let pauseMs = FULL_PAUSE_MS;
      for (const webhook of webhooks) {
        if (this.stopped) return;
        const step = await this.propagate(webhook);
        this.again ||= step !== 'done' && step !== 'failed';
        if (step === 'more' || step === 'last-look') pauseMs = PART_PAUSE_MS;
      }
      if (this.again) await sleep(pauseMs);
    }
  }

  private async findPropagating(): Promise<PropagatingWebhook[]> {
    try {
      return (await this.options.pool.query<PropagatingWebhook>(PROPAGATING)).rows;
    } catch (error) {
      this.options.log.warn({ err: error }, 'search for webhooks with a changed state failed: retrying');
      return [];
    }
  }

  private async propagate(webhook: PropagatingWebhook) {
    const propagation = this.propagations.get(webhook.id) ?? new StatePropagation(this.options.pool, webhook.id);
    this.propagations.set(webhook.id, propagation);
    try {
      const step = await propagation.step();
      if (step === 'more' || step === 'done') this.options.onMoved(webhook);
      return step;
    } catch (error) {
      this.options.log.warn({ err: error, webhook: webhook.id }, 'state propagation failed: retrying');
      return 'failed';
    }
  }
}
