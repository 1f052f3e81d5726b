import { hostname } from 'node:os';
import pg from 'pg';
import type { Logger } from 'pino';
import { connectOptions } from '../../core/db/connect-options.ts';
import { surviveBreaks } from '../../core/db/pool.ts';
import { RECLAIM_SLICE, type SliceEnd } from './claimed-rows.ts';
import type { DatabaseClock } from '../../core/database-clock.ts';
import { newId } from '../../core/new-id.ts';
import { LEASE } from './lease-statements.ts';
import { ClaimedWalk } from './claimed-walk.ts';

const BEAT_MS = 1_000;
/** A worker starts an attempt only if its lease was confirmed within this time. */
const FRESH_MS = 2_500;
/** Time without a renewal, measured while the database answers, after which a worker is declared dead. */
const SILENT_MS = 6_000;
/** The same for a worker whose connection is gone, as after kill -9; longer than a reconnect takes. */
const GONE_MS = 3_000;
/** Renewals between two searches for claims of removed workers. */
const SWEEP_TICKS = 5;

export interface LeaseOptions {
  databaseUrl: string;
  /** For sweeps. Renewals have a connection of their own, so that they never wait. */
  pool: pg.Pool;
  log: Logger;
  /** Set by each beat. */
  clock: DatabaseClock;
  onLost: (lostId: string) => void;
  /** Called when claims of dead workers were taken over. */
  onTakenOver?: (deliveries: number) => void;
}

type Slice = SliceEnd & { found: number };

/**
 * A worker's lease on all of its claims: one row that it renews every second, instead of one lease for each
 * delivery. Workers check each other. A worker without a renewal for 6 s (3 s if its connection is gone too) is declared dead, and its
 * deliveries become due. The lease needs a session of its own (`requireSessions`). A worker
 * that was declared dead (because it was frozen, for example) drops its claims and continues under a new id.
 */
export class Lease {
  /** This worker's current id, the value of `outbox.claimed_by`. */
  id = newId();
  private readonly pool: pg.Pool;
  private readonly log: Logger;
  private readonly onLost: (lostId: string) => void;
  private readonly onTakenOver: ((deliveries: number) => void) | undefined;
  private readonly clock: DatabaseClock;
  private confirmedAt = -Infinity;
  private ticks = 1;
  private timer: NodeJS.Timeout | undefined;
  private readonly orphans: ClaimedWalk<Slice>;
  private sweeping = Promise.resolve();
  /** Sweeps that have not ended. */
  private sweeps = 0;
  /** The last sweep failed: the next one goes through all due deliveries. */
  private unswept = false;
  private readonly seen = new Map<string, { beat: string; silentMs: number }>();

  constructor({ databaseUrl, pool, log, clock, onLost, onTakenOver }: LeaseOptions) {
    this.log = log;
    this.clock = clock;
    this.onLost = onLost;
    this.onTakenOver = onTakenOver;
    this.pool = new pg.Pool(
      connectOptions(databaseUrl, {
        max: 1,
        connectionTimeoutMillis: 2_000,
        query_timeout: 2_000,
        application_name: 'posthorn lease',
        // The pool awaits it, although its type does not say so.
        // eslint-disable-next-line @typescript-eslint/no-misused-promises
        onConnect: async (client) => {
          await client.query(LEASE.hold, [this.id]);
        },
      }),
    );
    surviveBreaks(this.pool);
    this.orphans = new ClaimedWalk((text, values) => pool.query(text, values), RECLAIM_SLICE);
  }

  async start(): Promise<void> {
    await this.enlist();
    this.sweepAll([]);
    this.schedule();
  }

  /** Whether an attempt may start now. */
  fresh(): boolean {
    return this.unconfirmedMs < FRESH_MS;
  }

  /** Milliseconds since it was confirmed; Infinity before the start. */
  get unconfirmedMs(): number {
    return performance.now() - this.confirmedAt;
  }

  /** Living workers, this one included. */
  get workers(): number {
    return this.seen.size + 1;
  }

  /** Releases the lease; its remaining claims become due. */
  async release(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.pool.query(LEASE.remove, [[this.id]]).catch(() => {});
    this.sweepAll([]);
    await this.sweeping;
    await this.pool.end();
  }

  private async enlist(): Promise<void> {
    const begun = performance.now();
    const { rows } = await this.pool.query<{ now: number }>(LEASE.enlist, [this.id, hostname(), process.pid]);
    this.confirm(rows[0]!.now, begun);
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.tick().finally(() => {
        if (this.timer) this.schedule();
      });
    }, BEAT_MS);
  }

  private async tick(): Promise<void> {
    try {
      await this.beat();
      await this.watchOthers();
    } catch (error) {
      this.log.warn({ err: error }, 'lease renewal failed: retrying');
    }
  }

  private async beat(): Promise<void> {
    const begun = performance.now();
    const { rows } = await this.pool.query<{ now: number }>(LEASE.beat, [this.id]);
    if (rows[0]) return this.confirm(rows[0].now, begun);
    const lostId = this.id;
    this.log.warn({ worker: lostId }, 'lease lost: another worker declared this one dead, its claims are dropped');
    this.id = newId();
    this.onLost(lostId);
    await this.pool.query(LEASE.hold, [this.id]);
    await this.enlist();
  }

  private confirm(now: number, begun: number): void {
    this.clock.note(now, begun);
    this.confirmedAt = begun;
  }

  private async watchOthers(): Promise<void> {
    const { rows } = await this.pool.query<{ id: string; beat: string; connected: boolean }>(LEASE.list, [this.id]);
    const living = new Set(rows.map((row) => row.id));
    for (const id of this.seen.keys()) if (!living.has(id)) this.seen.delete(id);
    const dead: string[] = [];
    for (const { id, beat, connected } of rows) {
      const before = this.seen.get(id);
      const silentMs = before?.beat === beat ? before.silentMs + BEAT_MS : 0;
      this.seen.set(id, { beat, silentMs });
      if (silentMs >= (connected ? SILENT_MS : GONE_MS)) dead.push(id);
    }
    if (dead.length > 0) await this.pool.query(LEASE.remove, [dead]);
    const sweep = this.ticks++ % SWEEP_TICKS === 0;
    if (dead.length > 0 || (this.unswept && this.sweeps === 0)) this.sweepAll(dead);
    else if (sweep && this.sweeps === 0) this.sweep([], async () => [await this.orphans.next()]);
  }

  private sweepAll(dead: string[]): void {
    this.unswept = false;
    this.sweep(dead, () => this.orphans.all());
  }

  /** Sweeps run one after the other, independently of renewals. */
  private sweep(dead: string[], look: () => Promise<Slice[]>): void {
    const takeOver = async () => {
      const slices = await look();
      this.tell(
        dead,
        slices.reduce((sum, { found }) => sum + found, 0),
      );
    };
    this.sweeps++;
    this.sweeping = this.sweeping
      .then(takeOver)
      .catch((error: unknown) => {
        this.unswept = true;
        this.log.warn({ err: error }, 'taking over the claims of dead workers failed: retrying');
      })
      .finally(() => this.sweeps--);
  }

  private tell(dead: string[], deliveries: number): void {
    if (deliveries > 0) this.onTakenOver?.(deliveries);
    if (dead.length > 0 || deliveries > 0) this.log.warn({ dead, deliveries }, 'took over the claims of dead workers');
  }
}
