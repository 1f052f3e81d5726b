import type pg from 'pg';
import type { Logger } from 'pino';
import { createOptionReader } from '../../core/options/index.ts';
import { CLAIMED_BY_SLICE, type SliceEnd } from '../lease/claimed-rows.ts';
import { RELEASE } from './claim-statements.ts';
import { END_WITHOUT_EVENT } from './missing-event.ts';
import { ClaimedWalk } from '../lease/claimed-walk.ts';
import type { Claimed } from './claimed.ts';
import type { InFlightDeliveries } from './in-flight.ts';
import type { Lease } from '../lease/lease.ts';
import type { Brought, Payloads } from './payloads.ts';

export interface ClaimsDeps {
  pool: pg.Pool;
  lease: Lease;
  inFlight: InFlightDeliveries;
  payloads: Payloads;
  log: Logger;
  /** Called after each claim with the name of its statement, the number of claimed deliveries and its duration. */
  onClaimed?: (statement: string, deliveries: number, seconds: number) => void;
}

export interface Taken<Row> extends Brought<Row> {
  /** The id under which this worker claimed them. */
  worker: string;
}

const LOOK_MS = 2_000;
/** How long this worker searches for stray claims after a claim without a response, or one that returned deliveries that are in flight already. */
const DOUBT_MS = 60_000;
/** PostgreSQL may execute a claim long after the client gave it up, so this worker also searches regularly. */
const LOOK_ANYWAY_MS = 60_000;
const POLL_MS = 20;

/**
 * Claims deliveries for this process. A claim whose response was lost (because the database hung or the connection broke) may
 * have been executed: such stray claims are found and released, since no other worker may take them.
 */
export class Claims {
  private readonly deps: ClaimsDeps;
  private readonly walk: ClaimedWalk<SliceEnd & { deliveries: string[] }>;
  private readonly readOptions = createOptionReader();
  private underWay = 0;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private doubtfulUntil = -Infinity;
  private lookedAt = performance.now();
  /** While stray claims are searched for, no other claims may be running. */
  private looking: Promise<void> | undefined;

  constructor(deps: ClaimsDeps) {
    this.deps = deps;
    this.walk = new ClaimedWalk((text, values) => deps.pool.query(text, values), CLAIMED_BY_SLICE);
  }

  start(): void {
    this.timer = setInterval(() => this.lookIfDue(), LOOK_MS);
  }

  /** Stops claiming; resolves when running claims have returned. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    while (this.underWay > 0) await pause();
  }

  /**
   * Runs a claim statement, whose first parameter is the worker and whose last one is the maximum bytes of payloads, at most `bytes`.
   * The caller must add the rows to the in-flight deliveries immediately.
   * @throws Error if the lease cannot be confirmed or the database does not answer
   */
  async take<Row extends Claimed>(
    statement: { name: string; text: string },
    bytes: number,
    ...values: unknown[]
  ): Promise<Taken<Row>> {
    const { pool, lease, inFlight, payloads, onClaimed } = this.deps;
    while (this.looking) await this.looking;
    if (this.stopped) return { worker: lease.id, rows: [], left: [] };
    if (!lease.fresh()) throw new Error('the lease cannot be confirmed');
    const worker = lease.id;
    this.underWay++;
    try {
      let claimed = 0;
      const brought = await payloads.hold(worker, bytes, async (most) => {
        const begun = performance.now();
        const { rows: all } = await pool.query<Row>({ ...statement, values: [worker, ...values, most] });
        const found = all.filter((row) => row.delivery_id !== null).length;
        onClaimed?.(statement.name, found, (performance.now() - begun) / 1_000);
        const rows = all.some(lacksEvent) ? await this.endWithoutEvent(worker, all) : all;
        claimed = rows.length;
        for (const row of rows) this.parseOptions(row);
        return rows.filter((row) => !inFlight.has(row.delivery_id, worker));
      });
      if (brought.rows.length + brought.left.length < claimed) this.doubtfulUntil = performance.now() + DOUBT_MS;
      return { worker, ...brought };
    } catch (error) {
      this.doubtfulUntil = performance.now() + DOUBT_MS;
      throw error;
    } finally {
      this.underWay--;
    }
  }

  /** The statements return options as text, which is parsed once for many rows. A fair claim also returns a row without a delivery. */
  private parseOptions(row: Claimed): void {
    if (row.delivery_id !== null) row.options = this.readOptions(row.options as unknown as string);
  }

  /** Ends deliveries whose event is past the retention: they would be claimed forever. Returns the others. */
  private async endWithoutEvent<Row extends Claimed>(worker: string, claimed: Row[]): Promise<Row[]> {
    const ids = claimed.filter(lacksEvent).map((row) => row.delivery_id);
    await this.deps.pool.query({ ...END_WITHOUT_EVENT, values: [worker, ids] });
    this.deps.log.warn(
      { deliveries: ids.length, delivery: ids[0] },
      'deliveries failed: their events are past the retention',
    );
    return claimed.filter((row) => !lacksEvent(row));
  }

  private lookIfDue(): void {
    const now = performance.now();
    if (this.looking || !this.deps.lease.fresh()) return;
    if (now > this.doubtfulUntil && now - this.lookedAt < LOOK_ANYWAY_MS) return;
    this.lookedAt = now;
    this.looking = this.giveBackStrays()
      .catch((error: unknown) => this.deps.log.warn({ err: error }, 'search for stray claims failed: retrying'))
      .finally(() => (this.looking = undefined));
  }

  private async giveBackStrays(): Promise<void> {
    const { pool, lease, inFlight, log } = this.deps;
    while (this.underWay > 0) await pause();
    const worker = lease.id;
    const slices = await this.walk.all(worker);
    const strays = slices.flatMap((slice) => slice.deliveries).filter((id) => !inFlight.get(id));
    if (strays.length === 0) return;
    log.warn({ deliveries: strays.length, delivery: strays[0] }, 'released claims whose response was lost');
    await pool.query({ ...RELEASE, values: [worker, strays, 0, null] });
  }
}

/** A fair claim also returns a row without a delivery. */
function lacksEvent(row: { delivery_id: string | null; bytes: number | null }): boolean {
  return row.delivery_id !== null && row.bytes === null;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
