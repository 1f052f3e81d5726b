import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { Batcher } from '../../core/batcher.ts';
import type { OperationalEvent } from '../operational/operational-event.ts';
import { toldColumns } from '../operational/tell-statements.ts';
import { NOTE, RECORD_DELIVERED, RECORD_FAILED, RECORD_GIVEN_UP, RECORD_RECOVERED } from './record-statements.ts';
import { isUnavailable } from '../../core/db/unavailable.ts';
import type { AttemptResult, AttemptTrigger, DeliveryStatus } from '../../core/domain/delivery.ts';

export interface AttemptRecord {
  /** The id under which this worker claimed the delivery. */
  worker: string;
  deliveryId: string;
  attemptId: string;
  number: number;
  trigger: AttemptTrigger;
  result: AttemptResult;
  outcome: 'delivered' | 'retry' | 'give-up';
  delayMs: number;
  /** How long after the due time a dispatcher makes a retry that no workflow has started. */
  graceMs: number;
  workflowId: string;
  /** Temporal has not accepted that workflow yet. */
  handingOver: boolean;
  /**
   * Stored in the same statement if the delivery has failed for good, or if its webhook has recovered by this success. Null: nothing is to
   * be told.
   */
  tells: OperationalEvent | null;
  /** For the metrics. */
  platform: string;
  /** When a dispatcher found it due, in seconds since 1970; null if a workflow's activity claimed it. */
  due: number | null;
  /** Called if PostgreSQL refuses it for good, so that it is recorded later, if at all. */
  onSetAside?: () => void;
}

/** The delivery's new state; null if the claim was lost and only the attempt was stored. */
export type Recorded = { status: DeliveryStatus; nextAttemptAt: Date | null } | null;

/** Called with the attempts of one commit and its duration. `counts` tells whether an attempt's result changed its delivery. */
export type OnRecorded = (
  records: AttemptRecord[],
  counts: (record: AttemptRecord) => boolean,
  seconds: number,
) => void;

/** By attempt; a promise for attempts that were set aside. */
type Results = Map<string, Result>;
type Result = Recorded | Promise<Recorded>;

const RETRY_MS = 300;
/** First interval between tries to record a refused attempt; it grows. */
const ASIDE_MS = 1_000;
const LONGEST_ASIDE_MS = 60_000;

/**
 * Records attempts in batches. While the database is away it keeps trying. Attempts that PostgreSQL refuses for good are retried one
 * by one: a known result is never given up.
 */
export class Recorder {
  private readonly pool: pg.Pool;
  private readonly log: Logger;
  private readonly onRecorded: OnRecorded;
  private readonly batcher: Batcher<AttemptRecord, Recorded>;

  constructor(pool: pg.Pool, log: Logger, onRecorded: OnRecorded = () => {}) {
    this.pool = pool;
    this.log = log;
    this.onRecorded = onRecorded;
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

  /** A statement has one worker id; a batch contains two only after this worker was declared dead. */
  private async writeAll(records: AttemptRecord[]): Promise<Result[]> {
    const results: Results = new Map();
    for (const [worker, own] of Map.groupBy(records, (record) => record.worker)) {
      const parts = Map.groupBy(own, (record) => record.outcome === 'delivered');
      await Promise.all([...parts.values()].map((part) => this.write(worker, part, results)));
    }
    return records.map((record) => results.get(record.attemptId) ?? null);
  }

  /** A refused attempt does not delay the others: they are recorded without it. */
  private async write(worker: string, records: AttemptRecord[], results: Results): Promise<void> {
    for (;;) {
      try {
        return await this.insert(worker, records, results);
      } catch (error) {
        const [first] = records as [AttemptRecord];
        if (isUnavailable(error)) {
          const details = { err: error, attempts: records.length, delivery: first.deliveryId };
          this.log.warn(details, 'recording attempts failed: retrying');
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

  /** Retries until it succeeds: the delivery stays claimed, so it is not sent again. */
  private async writeAlone(worker: string, record: AttemptRecord): Promise<Recorded> {
    const results: Results = new Map();
    for (let delayMs = ASIDE_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_ASIDE_MS)) {
      await sleep(delayMs, undefined, { ref: false });
      try {
        await this.insert(worker, [record], results);
        return await (results.get(record.attemptId) ?? null);
      } catch {
        // Logged when it was set aside.
      }
    }
  }

  /** All of them have the same kind of result. */
  private async insert(worker: string, records: AttemptRecord[], results: Results): Promise<void> {
    const statement = statementFor(worker, records);
    const begun = performance.now();
    const { rows } = await this.pool.query<RecordRow>(statement);
    const recorded = new Map(rows.map((row) => [row.delivery_id, row]));
    for (const { attemptId, deliveryId } of records) {
      const row = recorded.get(deliveryId);
      if (row) results.set(attemptId, { status: row.status, nextAttemptAt: row.next_attempt_at });
    }
    const seconds = (performance.now() - begun) / 1_000;
    this.onRecorded(records, ({ deliveryId }) => recorded.has(deliveryId), seconds);
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

function statementFor(worker: string, records: AttemptRecord[]) {
  const delivered = records[0]!.outcome === 'delivered';
  const values = [worker, ...attemptColumns(records), column(records, 'workflowId')];
  if (!delivered) values.push(...failureColumns(records));
  const tells = column(records, 'tells');
  if (tells.every((event) => event === null)) return { ...(delivered ? RECORD_DELIVERED : RECORD_FAILED), values };
  const rows = tells.map(toldColumns);
  values.push(...toldColumns(null).map((_, index) => rows.map((row) => row[index])));
  return { ...(delivered ? RECORD_RECOVERED : RECORD_GIVEN_UP), values };
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
