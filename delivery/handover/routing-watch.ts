import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { explainRouting, readRouting } from './workflow-routing.ts';

export interface RoutingWatchOptions {
  client: Client;
  taskQueue: string;
  log: Logger;
}

/** A worker that has just connected has yet to ask for work. */
const FIRST_MS = 5_000;
const INTERVAL_MS = 15_000;
const LIMIT_MS = 5_000;

/** Asks Temporal every 15 s whether anybody runs new workflows, and logs when that changes. */
export class RoutingWatch {
  private readonly options: RoutingWatchOptions;
  private readonly stopping = new AbortController();
  private reason: string | null = null;

  constructor(options: RoutingWatchOptions) {
    this.options = options;
  }

  /** Why nobody runs new workflows, and what to do; null: somebody does, or it is not known yet. */
  get problem(): string | null {
    return this.reason;
  }

  start(): void {
    void this.watch();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    for (let pause = FIRST_MS; !signal.aborted; pause = INTERVAL_MS) {
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
      if (!signal.aborted) await this.look();
    }
  }

  private async look(): Promise<void> {
    const { client, taskQueue, log } = this.options;
    const { connection, options } = client;
    const before = this.reason;
    try {
      const ask = () => readRouting(connection, options.namespace, taskQueue);
      this.reason = explainRouting(await connection.withDeadline(Date.now() + LIMIT_MS, ask));
    } catch (error) {
      return log.debug({ err: error }, 'the versions of the workers cannot be read from Temporal');
    }
    if (this.reason !== null && before === null) {
      log.warn({ reason: this.reason }, 'workflows are not run: dispatchers make the retries');
    }
    if (this.reason === null && before !== null) log.info('workflows are run again');
  }
}
