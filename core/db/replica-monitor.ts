import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { Batcher } from '../batcher.ts';
import { createProbePool } from './pool.ts';
import { readPlace, refuseForeign, type Place } from './replica-place.ts';
import { NoSessionsError, requireSessions } from './require-sessions.ts';

export interface ReplicaOptions {
  databaseUrl: string;
  readUrl: string;
  log: Logger;
  /** Seconds. A replica that is further behind is not used. Default 30. */
  mostLag?: number;
}

/** DATABASE_READ_URL leads to something that can never be the replica of DATABASE_URL. */
class ForeignReplicaError extends Error {
  override readonly name = 'ForeignReplicaError';

  constructor(refusal: string) {
    super(
      `DATABASE_READ_URL cannot be used: ${refusal}. It must lead to the same database on a streaming replica, or be unset`,
    );
  }
}

/** Why reads do not go to the replica. */
export interface Refusal {
  kind: 'unknown' | 'away' | 'wrong' | 'primary' | 'behind';
  detail: string;
  /** What a server said, for operators only. */
  cause?: string;
  /** Set if the URL is wrong, whatever the state of the servers. */
  error?: Error;
}

const MOST_LAG_S = 30;
const LOOK_MS = 1_000;
const POLL_MS = 10;
const UNKNOWN: Refusal = { kind: 'unknown', detail: 'it could not be compared with the primary yet' };

/** Looks every second whether the server of DATABASE_READ_URL is a replica, and how far it is behind. */
export class ReplicaMonitor {
  /** Null: reads may go to the replica. */
  refusal: Refusal | null = UNKNOWN;
  /** How far it is behind at most, in seconds; Infinity: not known. */
  lag = Infinity;
  private readonly options: Required<ReplicaOptions>;
  private readonly primary: pg.Pool;
  private readonly replica: pg.Pool;
  /** Questions that come while one is under way share the next. */
  private readonly places: Record<'primary' | 'replica', Batcher<null, Place>>;
  /** When it had everything, by the clock of this process in milliseconds. */
  private caughtUpAt = -Infinity;
  private hasSessions = false;
  private told: Refusal['kind'] | null | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(options: ReplicaOptions) {
    this.options = { mostLag: MOST_LAG_S, ...options };
    this.primary = createProbePool(options.databaseUrl);
    this.replica = createProbePool(options.readUrl);
    this.places = { primary: shareAnswers(this.primary), replica: shareAnswers(this.replica) };
  }

  /**
   * Looks once, then every second.
   * @throws ForeignReplicaError, NoSessionsError if the URL is wrong; not while a server does not answer
   */
  async start(): Promise<void> {
    const error = (await this.look())?.error;
    if (error) throw error;
    this.schedule();
  }

  /** What is durable on the primary now, in bytes of the log. */
  async primaryPosition(): Promise<number> {
    return (await this.places.primary.add(null)).position ?? Infinity;
  }

  /** Waits until the replica has replayed the log up to the position; false: not within the time. */
  async reaches(position: number, limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const { standby, position: reached } = await this.places.replica.add(null);
      if (!standby) return false;
      if (reached !== null && reached >= position) return true;
      if (performance.now() >= deadline) return false;
      await sleep(POLL_MS);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await Promise.all([this.primary.end(), this.replica.end()]);
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => void this.look().finally(() => this.schedule()), LOOK_MS);
  }

  private async look(): Promise<Refusal | null> {
    this.refusal = await this.examine();
    const { kind = null, detail: reason = null, cause } = this.refusal ?? {};
    if (kind !== this.told && !this.closed) {
      if (kind === null) this.options.log.info({ lag: this.lag }, 'replica in use');
      else this.options.log.warn({ reason, cause }, 'replica not used: reads go to the primary');
    }
    this.told = kind;
    return this.refusal;
  }

  private async examine(): Promise<Refusal | null> {
    const [primary, replica] = await Promise.allSettled([this.places.primary.add(null), this.places.replica.add(null)]);
    if (replica.status === 'rejected') return this.away(replica.reason);
    // Nothing is known without the primary: a replica that was in use stays in use.
    if (primary.status === 'rejected') return this.refusal?.kind === 'away' ? UNKNOWN : this.refusal;
    try {
      if (!this.hasSessions) await requireSessions(this.options.readUrl, 'DATABASE_READ_URL');
      this.hasSessions = true;
    } catch (error) {
      if (!(error instanceof NoSessionsError)) return this.away(error);
      return { kind: 'wrong', detail: 'it leads to a pooler that shares sessions', error };
    }
    return this.judge(primary.value, replica.value);
  }

  private away(error: unknown): Refusal {
    this.lag = Infinity;
    const { code, message } = error as NodeJS.ErrnoException;
    return { kind: 'away', detail: `it does not answer (${code ?? message})`, cause: message };
  }

  private judge(primary: Place, replica: Place): Refusal | null {
    this.lag = Infinity;
    const detail = refuseForeign(primary, replica);
    if (detail !== null) return { kind: 'wrong', detail, error: new ForeignReplicaError(detail) };
    if (!replica.standby) return { kind: 'primary', detail: 'its server is not a replica, it accepts changes itself' };
    this.lag = this.lagOf(primary, replica);
    const { mostLag } = this.options;
    if (this.lag <= (this.refusal === null ? mostLag : mostLag / 3)) return null;
    return { kind: 'behind', detail: `it is ${this.lag === Infinity ? 'far' : `${Math.round(this.lag)} s`} behind` };
  }

  /** Both are upper bounds. Without changes the last transaction may be old; with them, the replica is seldom exactly level. */
  private lagOf({ position, now }: Place, replica: Place): number {
    if (replica.position !== null && replica.position >= (position ?? Infinity)) {
      this.caughtUpAt = performance.now();
      return 0;
    }
    const sinceCommit = replica.replayed === null ? Infinity : Math.max(0, now - replica.replayed);
    return Math.min(sinceCommit, (performance.now() - this.caughtUpAt) / 1_000);
  }
}

function shareAnswers(pool: pg.Pool): Batcher<null, Place> {
  return new Batcher({
    maxItems: Infinity,
    run: async (questions) => {
      const place = await readPlace(pool);
      return questions.map(() => place);
    },
  });
}
