import type pg from 'pg';
import type { Logger } from 'pino';
import { databaseTime } from '../../core/db/clock-doubt.ts';
import { ensurePartitions, type Query } from '../../core/db/partitions.ts';

const EVERY_MS = 60 * 60 * 1000;
const TRY_AGAIN_MS = 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Makes the partitions of the coming weeks by the database's time, at the start and every hour. Every worker runs one, so that events can be
 * stored however long Temporal's maintenance does not run.
 */
export class PartitionKeeper {
  private readonly query: Query;
  private readonly retentionDays: number;
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor({ pool, retentionDays, log }: { pool: pg.Pool; retentionDays: number; log: Logger }) {
    this.query = async (sql, params) => (await pool.query(sql, params)).rows;
    this.retentionDays = retentionDays;
    this.log = log;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    const done = await this.makePartitions();
    if (!this.stopped) this.timer = setTimeout(() => this.start(), done ? EVERY_MS : TRY_AGAIN_MS);
  }

  private async makePartitions(): Promise<boolean> {
    try {
      const now = await databaseTime(this.query);
      await ensurePartitions(this.query, now, { keptFrom: new Date(now.getTime() - this.retentionDays * DAY_MS) });
      return true;
    } catch (error) {
      this.log.warn({ err: error }, 'creating partitions failed: retrying');
      return false;
    }
  }
}
