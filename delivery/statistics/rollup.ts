import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import { forgetOutcomes, MOST_SPANS, rollUp } from './outcomes.ts';
import { inTransaction } from '../../core/db/transaction.ts';

const EVERY_MS = 10_000;
/** A step that takes less is followed by one of twice the size. Statements end after 15 s. */
const QUICK_MS = 3_000;

/**
 * Counts, every ten seconds, what happened. Every worker runs one; one at a time has something to do. What has piled up is counted in steps
 * of an hour at most: of half the size after each that failed, and larger again while they are quick.
 */
export class Rollup {
  private readonly orm: MikroORM;
  private readonly log: Logger;
  private readonly onCounted: () => Promise<void>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private spans = MOST_SPANS;

  constructor(orm: MikroORM, log: Logger, onCounted: () => Promise<void>) {
    this.orm = orm;
    this.log = log;
    this.onCounted = onCounted;
  }

  start(): void {
    this.timer = setInterval(
      () => void (this.running ??= this.run().finally(() => (this.running = undefined))),
      EVERY_MS,
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Counts until nothing is left, or a step fails. */
  async run(): Promise<void> {
    try {
      let steps = 0;
      while (!this.stopped && (await this.step())) steps++;
      if (steps > 0) while (!this.stopped && (await inTransaction(this.orm, ({ execute }) => forgetOutcomes(execute))));
      await this.onCounted();
    } catch (error) {
      this.log.warn({ err: error }, 'rollup failed: retrying');
    }
  }

  private async step(): Promise<boolean> {
    const begun = performance.now();
    try {
      const more = await inTransaction(this.orm, ({ execute }) => rollUp(execute, this.spans));
      if (performance.now() - begun < QUICK_MS) this.spans = Math.min(MOST_SPANS, this.spans * 2);
      return more;
    } catch (error) {
      this.spans = Math.max(1, Math.floor(this.spans / 2));
      throw error;
    }
  }
}
