import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { Batcher } from '../../core/batcher.ts';
import { NOTE, RECORD_DELIVERED, RECORD_FAILED } from './record-statements.ts';
import { isUnavailable } from '../../core/db/unavailable.ts';
import type { AttemptResult, AttemptTrigger, DeliveryStatus } from '../../core/domain/delivery.ts';

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
  /** Temporal has yet to take that workflow. */
  handingOver: boolean;
  /** Called when PostgreSQL refuses it for good, so that it will be recorded later, if at all. */
  onSetAside?: () => void;
}

/** The delivery's new state; null when the claim had been lost and only the attempt was noted. */
export type Recorded = { status: DeliveryStatus; nextAttemptAt: Date | null } | null;

/** By attempt; a promise for what was set aside. */
type Results = Map<string, Result>;
type Result = Recorded | Promise<Recorded>;

const RETRY_MS = 300;
/** What PostgreSQL refused is tried again after this, and then more and more seldom. */
const ASIDE_MS = 1_000;
const LONGEST_ASIDE_MS = 60_000;

/**
 * Writes attempts as they end, those that end together in one statement. While the database is away it goes on trying, and what it
 * refuses for good is tried again by itself: an outcome that is known is not given up.
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
      weigh: (record) => 1024 + Buffer.byteLength(record.result.responseBody ?? ''),
      run: (records) => this.writeAll(records),
    });
  }

  record(record: AttemptRecord): Promise<Recorded> {
    return this.batcher.add(record);
  }

  /** A statement speaks for one worker id; two are in a batch only after this worker was declared dead. */
  private async writeAll(records: AttemptRecord[]): Promise<Result[]> {
    const results: Results = new Map();
    for (const [worker, own] of Map.groupBy(records, (record) => record.worker)) {
      const parts = Map.groupBy(own, (record) => record.outcome === 'delivered');
      await Promise.all([...parts.values()].map((part) => this.write(worker, part, results)));
    }
    return records.map((record) => results.get(record.attemptId) ?? null);
  }

  /** What PostgreSQL refuses for good does not keep the others waiting: they are written without it. */
  private async write(worker: string, records: AttemptRecord[], results: Results): Promise<void> {
    for (;;) {
      try {
        return await this.insert(worker, records, results);
      } catch (error) {
        const [first] = records as [AttemptRecord];
        if (isUnavailable(error)) {
          this.log.warn({ err: error, attempts: records.length }, 'recording attempts failed: retrying');
          await sleep(RETRY_MS);
        } else if (records.length > 1) {
          const halves = [records.slice(0, records.length >> 1), records.slice(records.length >> 1)];
          await Promise.all(halves.map((half) => this.write(worker, half, results)));
          return;
        } else if (isDataError(error) && hasResponse(first)) {
          this.log.error({ err: error, delivery: first.deliveryId }, 'response could not be stored: omitted');
          records = [withoutResponse(first)];
        } else {
          this.log.error(
            { err: error, delivery: first.deliveryId },
            'an attempt cannot be recorded: tried again alone',
          );
          results.set(first.attemptId, this.writeAlone(worker, first));
          first.onSetAside?.();
          return;
        }
      }
    }
  }

  /** Until it works: meanwhile the delivery stays claimed, so that it is not sent again. */
  private async writeAlone(worker: string, record: AttemptRecord): Promise<Recorded> {
    const results: Results = new Map();
    for (let delayMs = ASIDE_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_ASIDE_MS)) {
      await sleep(delayMs, undefined, { ref: false });
      try {
        await this.insert(worker, [record], results);
        return await (results.get(record.attemptId) ?? null);
      } catch {
        // Said when it was set aside.
      }
    }
  }

  /** All of them have the same kind of outcome. */
  private async insert(worker: string, records: AttemptRecord[], results: Results): Promise<void> {
    const statement =
      records[0]!.outcome === 'delivered'
        ? { ...RECORD_DELIVERED, values: [worker, ...attemptColumns(records), column(records, 'workflowId')] }
        : { ...RECORD_FAILED, values: [worker, ...attemptColumns(records), ...failureColumns(records)] };
    const { rows } = await this.pool.query<RecordRow>(statement);
    const recorded = new Map(rows.map((row) => [row.delivery_id, row]));
    for (const { attemptId, deliveryId } of records) {
      const row = recorded.get(deliveryId);
      if (row) results.set(attemptId, { status: row.status, nextAttemptAt: row.next_attempt_at });
    }
    const late = records.filter(({ deliveryId }) => !recorded.has(deliveryId));
    if (late.length > 0) {
      const messages = late.map((record) => record.result.errorMessage);
      await this.pool.query({ ...NOTE, values: [...attemptColumns(late), messages] });
    }
  }
}

interface RecordRow {
  delivery_id: string;
  status: DeliveryStatus;
  next_attempt_at: Date | null;
}

function column<Name extends keyof AttemptRecord>(records: AttemptRecord[], name: Name): AttemptRecord[Name][] {
  return records.map((record) => record[name]);
}

function attemptColumns(records: AttemptRecord[]): unknown[] {
  const results = column(records, 'result');
  return [
    column(records, 'deliveryId'),
    column(records, 'attemptId'),
    column(records, 'number'),
    column(records, 'trigger'),
    results.map((result) => result.startedAt.toISOString()),
    results.map((result) => Math.round(result.durationMs)),
    results.map((result) => result.statusCode),
    results.map((result) => result.responseHeaders && JSON.stringify(result.responseHeaders)),
    results.map((result) => result.responseBody),
  ];
}

function failureColumns(records: AttemptRecord[]): unknown[] {
  return [
    column(records, 'workflowId'),
    records.map((record) => record.result.errorMessage),
    records.map((record) => record.outcome === 'give-up'),
    column(records, 'delayMs'),
    column(records, 'graceMs'),
    column(records, 'handingOver'),
  ];
}

/** SQLSTATE class 22: a value that PostgreSQL cannot hold. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('22');
}

function hasResponse({ result }: AttemptRecord): boolean {
  return result.responseHeaders !== null || result.responseBody !== null;
}

function withoutResponse(record: AttemptRecord): AttemptRecord {
  return { ...record, result: { ...record.result, responseHeaders: null, responseBody: null } };
}
