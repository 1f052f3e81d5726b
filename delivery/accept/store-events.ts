import type pg from 'pg';
import { DatabaseClock } from '../../core/database-clock.ts';
import { LateError } from '../../core/db/unavailable.ts';
import { newId } from '../../core/new-id.ts';
import type { Emission, EmitResult } from './emission.ts';
import { foldValue } from '../../core/db/search-key.ts';
import { EMIT } from './emit-statements.ts';
import { MOST_DELIVERIES, TooManyDeliveriesError } from './too-many-deliveries.ts';
import { NOW_MS } from '../../core/db/now.ts';
import { inPoolTransaction } from '../../core/db/transaction.ts';

/** Null if the emission's key was used before. */
export type Stored = EmitResult | null;

/**
 * A statement that begins this long after it was sent stores nothing. Together with the pool's `statement_timeout` (4.5 s) this is less
 * than the client's limit (5 s), so a request that got 503 is not stored later.
 */
const LATEST_MS = 400;
const TRIES = 4;
/** How often the database's clock is read while there are events to store. */
const CLOCK_MS = 1_000;
/** For each of several statements in a transaction. */
const PART_LIMIT_MS = 20_000;

/** Stores events with their deliveries: all or none. */
export class EventStore {
  private readonly pool: pg.Pool;
  private readonly clock = new DatabaseClock();
  private clockReadAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** In one statement and one commit. @throws LateError */
  async store(emissions: Emission[]): Promise<Stored[]> {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      await this.keepClock();
      const client = await this.pool.connect();
      let results: Stored[] | 'late';
      try {
        results = await emit(client, emissions, this.clock.now() + LATEST_MS);
      } catch (error) {
        client.release(true);
        throw error;
      }
      client.release();
      if (results !== 'late') return results;
      // Or the database's clock was changed.
      this.clock.forget();
      this.clockReadAt = -Infinity;
    }
    throw new LateError('the database took up each statement too late');
  }

  /**
   * In one transaction with a statement for each part. It commits only if all of them answered in time.
   * @throws TooManyDeliveriesError if the filters of webhooks matched more than was expected
   */
  async storeInParts(parts: Emission[][]): Promise<Stored[]> {
    const isSingle = parts.flat().length === 1;
    return await inPoolTransaction(this.pool, async (client) => {
      await client.query(`set local statement_timeout = ${PART_LIMIT_MS}`);
      const results: Stored[] = [];
      let deliveries = 0;
      for (const part of parts) {
        const stored = (await emit(client, part, Infinity, PART_LIMIT_MS + 500)) as Stored[];
        for (const result of stored) if (result?.kind === 'accepted') deliveries += result.deliveries.length;
        if (deliveries > MOST_DELIVERIES && !isSingle) throw new TooManyDeliveriesError(deliveries);
        results.push(...stored);
      }
      return results;
    });
  }

  /** Waits only for the first reading. */
  private async keepClock(): Promise<void> {
    if (performance.now() - this.clockReadAt < CLOCK_MS) return;
    const first = this.clockReadAt === -Infinity;
    this.reading ??= this.readClock().finally(() => (this.reading = undefined));
    if (first) await this.reading;
    else this.reading.catch(() => undefined);
  }

  private async readClock(): Promise<void> {
    const client = await this.pool.connect();
    const begun = performance.now();
    try {
      const { rows } = await client.query<{ now: number }>(CLOCK);
      this.clock.note(rows[0]!.now, begun);
      this.clockReadAt = begun;
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

const CLOCK = `select ${NOW_MS} as now`;

interface EmitRow {
  /** Null: the statement began after the deadline, and stored nothing. */
  event_id: string | null;
  /** Null: the event's key was taken before. */
  delivery_id: string | null;
  webhook_id: string;
}

/** `deadline` by the clock of the database, in milliseconds since 1970. */
async function emit(
  client: pg.ClientBase,
  emissions: Emission[],
  deadline: number,
  limitMs?: number,
): Promise<Stored[] | 'late'> {
  const ids = emissions.map(() => newId());
  const values = [
    ids,
    emissions.map((emission) => emission.platform),
    emissions.map((emission) => emission.orgId),
    emissions.map((emission) => emission.eventType),
    emissions.map((emission) => emission.body),
    emissions.map((emission) => emission.idempotency?.key ?? null),
    emissions.map((emission) => emission.idempotency?.hash ?? null),
    deadline,
    emissions.map(({ values }) => (values.length > 0 ? values.map(foldValue).join('\n') : null)),
    emissions.some(({ trace }) => trace !== null) ? emissions.map(({ trace }) => trace) : null,
  ];
  const { rows } = await client.query<EmitRow>({ ...EMIT, values, ...(limitMs && { query_timeout: limitMs }) });
  if (rows[0]?.event_id === null) return 'late';
  const accepted = new Map<string, EmitResult & { kind: 'accepted' }>();
  emissions.forEach((emission, index) => {
    const eventId = ids[index]!;
    accepted.set(eventId, { kind: 'accepted', eventId, body: emission.body, deliveries: [], replayed: false });
  });
  for (const { event_id: eventId, delivery_id: id, webhook_id: webhookId } of rows as (EmitRow & {
    event_id: string;
  })[]) {
    if (id === null) accepted.delete(eventId);
    else accepted.get(eventId)!.deliveries.push({ id, webhookId });
  }
  return ids.map((id) => accepted.get(id) ?? null);
}
