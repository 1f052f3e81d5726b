import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import { rollUp } from './queries/outcomes.ts';
import { inTransaction } from './transaction.ts';

const EVERY_MS = 10_000;

/** Counts, every ten seconds, what happened. Every worker runs one; one at a time has something to do. */
export class Rollup {
  private readonly orm: MikroORM;
  private readonly log: Logger;
  private readonly onCounted: () => Promise<void>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(orm: MikroORM, log: Logger, onCounted: () => Promise<void>) {
    this.orm = orm;
    this.log = log;
    this.onCounted = onCounted;
  }

  start(): void {
    this.timer = setInterval(() => void (this.running ??= this.run()), EVERY_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (!this.stopped && (await inTransaction(this.orm, ({ execute }) => rollUp(execute))));
      await this.onCounted();
    } catch (error) {
      this.log.warn({ err: error }, 'what happened could not be counted yet');
    } finally {
      this.running = undefined;
    }
  }
}
