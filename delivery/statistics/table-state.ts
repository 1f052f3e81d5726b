import type pg from 'pg';
import { horizonOf, listPartitions, timeInId } from '../../core/db/partitions.ts';

/** Until when there are partitions to store events in; null: not even for the present. Throws 42P01 where there is no schema. */
export async function findHorizon(pool: pg.Pool): Promise<Date | null> {
  const { rows } = await pool.query<{ now: Date }>('select now() as now, (select 1 from webhooks limit 1) as webhook');
  const partitions = await listPartitions(async (sql) => (await pool.query(sql)).rows);
  return horizonOf(partitions, rows[0]!.now);
}

export interface OldestNeeded {
  /** The oldest delivery that has not ended; its partition is not dropped. */
  id: string;
  /** The time in its id. */
  at: Date;
}

/** Null: every delivery has ended. */
export async function findOldestNeeded(pool: pg.Pool): Promise<OldestNeeded | null> {
  const { rows } = await pool.query<{ id: string }>(OLDEST);
  const id = rows[0]?.id;
  return id === undefined ? null : { id, at: timeInId(id) };
}

const OLDEST = 'select delivery_id as id from outbox order by delivery_id limit 1';

export interface Maintenance {
  /** When it last ran; null: never. */
  doneAt: Date | null;
  /** Why it dropped nothing of what is past the retention; null: it did. */
  refusal: string | null;
}

export async function readMaintenance(pool: pg.Pool): Promise<Maintenance> {
  const { rows } = await pool.query<Maintenance>('select done_at as "doneAt", refusal from maintenance');
  return rows[0]!;
}

/** How far what is counted is behind, in seconds; null: nothing was counted yet. */
export async function readCountingDelay(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ delay: number | null }>(
    'select extract(epoch from now() - done_until)::float8 as delay from rollup',
  );
  return rows[0]!.delay;
}
