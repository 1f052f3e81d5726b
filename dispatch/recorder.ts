import type pg from 'pg';
import type { Logger } from 'pino';
import { Batcher } from '../core/db/batcher.ts';
import { RECORD } from '../core/db/queries/dispatch.ts';
import type { AttemptResult, AttemptTrigger, DeliveryStatus } from '../core/domain/delivery.ts';

export interface AttemptRecord {
  /** The incarnation that claimed the delivery. */
  worker: string;
  deliveryId: string;
  attemptId: string;
  number: number;
  trigger: AttemptTrigger;
  result: AttemptResult;
  outcome: 'delivered' | 'retry' | 'give-up';
  delayMs: number;
  /** How long after the due time a dispatcher takes a retry that no workflow has begun. */
  graceMs: number;
  workflowId: string;
}

/** The delivery's new state; null when the claim had been lost and only the attempt was noted. */
export type Recorded = { status: DeliveryStatus; nextAttemptAt: Date | null } | null;

const RETRY_MS = 300;

/**
 * Writes attempts as they end, those that end together in one statement. While the database is away it goes on trying:
 * an outcome that is known is not given up.
 */
export class Recorder {
  private readonly pool: pg.Pool;
  private readonly log: Logger;
  private readonly batcher: Batcher<AttemptRecord, Recorded>;

  constructor(pool: pg.Pool, log: Logger) {
    this.pool = pool;
    this.log = log;
    this.batcher = new Batcher({
      maxItems: 256,
      maxWeight: 8 * 1024 * 1024,
      weigh: (record) => 1024 + (record.result.responseBody?.length ?? 0),
      run: (records) => this.writeAll(records),
    });
  }

  record(record: AttemptRecord): Promise<Recorded> {
    return this.batcher.add(record);
  }

  /** A statement speaks for one worker id; two are in a batch only after this worker was declared dead. */
  private async writeAll(records: AttemptRecord[]): Promise<Recorded[]> {
    const results = new Map<AttemptRecord, Recorded>();
    for (const [worker, own] of Map.groupBy(records, (record) => record.worker)) {
      const rows = await this.write(worker, own);
      own.forEach((record) => results.set(record, rows.get(record.deliveryId) ?? null));
    }
    return records.map((record) => results.get(record) ?? null);
  }

  private async write(worker: string, records: AttemptRecord[]): Promise<Map<string, Recorded>> {
    for (;;) {
      try {
        return await this.insert(worker, records);
      } catch (error) {
        if (!isDataError(error)) {
          this.log.warn({ err: error, attempts: records.length }, 'attempts could not be recorded yet');
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        } else if (records.length > 1) {
          const halves = [records.slice(0, records.length >> 1), records.slice(records.length >> 1)];
          const [first, second] = await Promise.all(halves.map((half) => this.write(worker, half)));
          return new Map([...first!, ...second!]);
        } else {
          this.log.error({ err: error, delivery: records[0]!.deliveryId }, 'a response could not be stored: left out');
          records = records.map(withoutResponse);
        }
      }
    }
  }

  private async insert(worker: string, records: AttemptRecord[]): Promise<Map<string, Recorded>> {
    const { rows } = await this.pool.query<RecordRow>({ ...RECORD, values: [worker, ...columns(records)] });
    return new Map(rows.map((row) => [row.delivery_id, { status: row.status, nextAttemptAt: row.next_attempt_at }]));
  }
}

interface RecordRow {
  delivery_id: string;
  status: DeliveryStatus;
  next_attempt_at: Date | null;
}

function columns(records: AttemptRecord[]): unknown[] {
  const column = (pick: (record: AttemptRecord) => unknown) => records.map(pick);
  return [
    column((record) => record.deliveryId),
    column((record) => record.attemptId),
    column((record) => record.number),
    column((record) => record.trigger),
    column((record) => record.result.startedAt.toISOString()),
    column((record) => Math.round(record.result.durationMs)),
    column((record) => record.result.statusCode),
    column((record) => record.result.responseHeaders && JSON.stringify(record.result.responseHeaders)),
    column((record) => record.result.responseBody),
    column((record) => record.result.errorMessage),
    column((record) => record.outcome),
    column((record) => record.delayMs),
    column((record) => record.graceMs),
    column((record) => record.workflowId),
  ];
}

/** SQLSTATE class 22: a value that PostgreSQL cannot hold. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('22');
}

function withoutResponse(record: AttemptRecord): AttemptRecord {
  return { ...record, result: { ...record.result, responseHeaders: null, responseBody: null } };
}
