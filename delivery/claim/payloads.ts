import type pg from 'pg';
import { ByteBudget } from '../../core/byte-budget.ts';
import { BODIES, RELEASE } from './claim-statements.ts';
import type { Claimed } from './claimed.ts';
import { CLAIM_MAX } from '../concurrency/lane.ts';

/** What the payloads of one claim have together at most, unless a single one has more. */
export const CLAIM_BYTES = 16 * 1024 * 1024;
/** So many claims are to have capacity in the process. */
const CLAIMS_AT_ONCE = 4;
/** While claims bring more than fits: enough for each of the webhooks that a fair claim serves. */
const FEWEST_ROWS = 32;

/** What a claim has brought. */
export interface Brought<Row> {
  rows: Row[];
  /** Given back, since their payloads did not fit. */
  left: Row[];
}

/** Bounds the payloads that this process holds: of one claim, and of everything in hand. */
export class Payloads {
  readonly budget: ByteBudget;
  private readonly pool: pg.Pool;
  private readonly claimBytes: number;
  private rows = CLAIM_MAX;

  /** `onCapacity` is called when there is capacity where there was none. */
  constructor(pool: pg.Pool, maxBytes: number, onCapacity: () => void) {
    this.pool = pool;
    this.budget = new ByteBudget(maxBytes, onCapacity);
    this.claimBytes = Math.min(CLAIM_BYTES, Math.floor(maxBytes / CLAIMS_AT_ONCE));
  }

  /** How many rows a dispatcher may claim now; fewer while they are large. */
  mostRows(): number {
    return this.budget.hasCapacity(this.claimBytes) ? this.rows : 0;
  }

  /**
   * Runs a claim. Its statement is told how many bytes it may bring at once, `wish` at most; if it found more, it brings sizes alone, and
   * the payloads of those that fit follow. The rows' bytes are held until somebody frees them.
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

  /** Without those whose event is gone since they were claimed. */
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

/** Rows go by turns of their webhooks, so that large ones of one leave capacity for those of the others. */
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

/** As many as fit, in their order; a smaller one may pass a larger one. */
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

/** A fair claim may bring a row without a delivery. */
function hasPayload(row: { delivery_id: string | null; body: string | null }): boolean {
  return row.body !== null || row.delivery_id === null;
}

function sizeOf(rows: { bytes: number | null }[]): number {
  return rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
}
