import type pg from 'pg';
import { ByteBudget } from '../../core/byte-budget.ts';
import { BODIES, RELEASE } from './claim-statements.ts';
import type { Claimed } from './claimed.ts';
import { CLAIM_MAX } from '../concurrency/lane.ts';

/** Maximum bytes of the payloads of one claim, unless a single one is larger. */
export const CLAIM_BYTES = 16 * 1024 * 1024;
/** Claims that may run at once without exceeding the budget. */
const CLAIMS_AT_ONCE = 4;
/** Minimum of rows per claim while payloads are large: one for each webhook that a fair claim serves. */
const FEWEST_ROWS = 32;

/** The rows of a claim. */
export interface Brought<Row> {
  rows: Row[];
  /** Released because their payloads did not fit. */
  left: Row[];
}

/** Bounds the payloads in memory: of one claim, and of all in-flight deliveries. */
export class Payloads {
  readonly budget: ByteBudget;
  private readonly pool: pg.Pool;
  private readonly claimBytes: number;
  private rows = CLAIM_MAX;

  /** `onCapacity` is called when capacity is available again. */
  constructor(pool: pg.Pool, maxBytes: number, onCapacity: () => void) {
    this.pool = pool;
    this.budget = new ByteBudget(maxBytes, onCapacity);
    this.claimBytes = Math.min(CLAIM_BYTES, Math.floor(maxBytes / CLAIMS_AT_ONCE));
  }

  /** Rows that a dispatcher may claim now; fewer while payloads are large. */
  mostRows(): number {
    return this.budget.hasCapacity(this.claimBytes) ? this.rows : 0;
  }

  /**
   * Runs a claim. The statement gets the maximum bytes that it may return, at most `wish`. If it found more, it returns sizes only, and
   * the payloads that fit are read afterwards. The rows' bytes stay reserved until they are freed.
   */
  async hold<Row extends Claimed>(
    worker: string,
    wish: number,
    claim: (bytes: number) => Promise<Row[]>,
  ): Promise<Brought<Row>> {
    const { budget } = this;
    let held = Math.min(wish, this.claimBytes);
    if (!budget.take(held)) return { rows: [], left: [] };
    let kept: Row[] = [];
    try {
      const claimed = await claim(held);
      if (claimed.every(hasPayload)) {
        kept = claimed;
        this.rows = Math.min(CLAIM_MAX, 2 * this.rows);
        return { rows: kept, left: [] };
      }
      const turns = inTurns(claimed);
      const most = Math.max(this.claimBytes, turns[0]!.bytes);
      if (budget.take(most, held)) held = most;
      const { rows, left } = choose(turns, held);
      if (left.length > 0) this.rows = Math.min(CLAIM_MAX, Math.max(FEWEST_ROWS, rows.length));
      [kept] = await Promise.all([this.fetch(rows), this.giveBack(worker, left)]);
      return { rows: kept, left };
    } finally {
      budget.free(held - sizeOf(kept));
    }
  }

  /** Omits rows whose event was dropped since they were claimed. */
  private async fetch<Row extends Claimed>(claimed: Row[]): Promise<Row[]> {
    const ids = [...new Set(claimed.map((row) => row.event_id))];
    const { rows } = await this.pool.query<{ id: string; body: string }>({ ...BODIES, values: [ids] });
    const bodies = new Map(rows.map(({ id, body }) => [id, body]));
    return claimed.flatMap((row) => {
      const body = bodies.get(row.event_id);
      return body === undefined ? [] : [{ ...row, body }];
    });
  }

  private async giveBack(worker: string, left: Claimed[]): Promise<void> {
    const ids = left.map((row) => row.delivery_id);
    if (ids.length > 0) await this.pool.query({ ...RELEASE, values: [worker, ids, 0, null] });
  }
}

/** Orders rows by turns of their webhooks, so that large payloads of one webhook leave capacity for others. */
export function inTurns<Row extends Pick<Claimed, 'webhook_id'>>(claimed: Row[]): Row[] {
  const turns: Row[][] = [];
  const counts = new Map<string, number>();
  for (const row of claimed) {
    const turn = counts.get(row.webhook_id) ?? 0;
    counts.set(row.webhook_id, turn + 1);
    (turns[turn] ??= []).push(row);
  }
  return turns.flat();
}

/** As many as fit, in order; a smaller payload may overtake a larger one. */
export function choose<Row extends Pick<Claimed, 'bytes'>>(claimed: Row[], most: number): Brought<Row> {
  const rows: Row[] = [];
  const left: Row[] = [];
  let bytes = 0;
  for (const row of claimed) {
    const fits = bytes + row.bytes <= most;
    (fits ? rows : left).push(row);
    if (fits) bytes += row.bytes;
  }
  return { rows, left };
}

/** A fair claim may return a row without a delivery. */
function hasPayload(row: { delivery_id: string | null; body: string | null }): boolean {
  return row.body !== null || row.delivery_id === null;
}

function sizeOf(rows: { bytes: number | null }[]): number {
  return rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
}
