import type pg from 'pg';
import { FIRST_SLICE, type SliceEnd } from './claimed-rows.ts';

type Query = <Row extends pg.QueryResultRow>(text: string, values: unknown[]) => Promise<{ rows: Row[] }>;

/** Goes through the due deliveries in slices, so that no statement takes long, however many there are. */
export class ClaimedWalk<Row extends SliceEnd & pg.QueryResultRow> {
  private readonly query: Query;
  private readonly statement: string;
  private position = FIRST_SLICE;

  constructor(query: Query, statement: string) {
    this.query = query;
    this.statement = statement;
  }

  /** All slices from the first to the last. */
  async all(...values: unknown[]): Promise<Row[]> {
    const found: Row[] = [];
    for (let at: SliceEnd = FIRST_SLICE; at.next_id !== null;) {
      const row: Row = await this.look(at, values);
      found.push(row);
      at = row;
    }
    return found;
  }

  /** The next slice; the first one after the last. */
  async next(...values: unknown[]): Promise<Row> {
    const row = await this.look(this.position, values);
    this.position = row.next_id === null ? FIRST_SLICE : row;
    return row;
  }

  private async look({ next_due_at, next_id }: SliceEnd, values: unknown[]): Promise<Row> {
    const { rows } = await this.query<Row>(this.statement, [next_due_at, next_id, ...values]);
    return rows[0]!;
  }
}
