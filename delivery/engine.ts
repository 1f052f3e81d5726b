import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Tracing } from '../core/tracing/tracing.ts';
import type { DatabaseClock } from '../core/database-clock.ts';
import { listen, type Listener } from '../core/db/listener.ts';
import { RELEASE } from './claim/claim-statements.ts';
import type { Sender } from './send/send.ts';
import type { Opened } from './attempt/open-secrets.ts';
import type { DeliveryStatus } from '../core/domain/delivery.ts';
import { ActivityRuns } from './claim/activity-runs.ts';
import type { Claimed } from './claim/claimed.ts';
import { Claims } from './claim/claims.ts';
import { AttemptRunner, type Postponement } from './attempt/attempt-runner.ts';
import { Dispatcher } from './claim/dispatcher.ts';
import { InFlightDeliveries, type InFlightDelivery } from './claim/in-flight.ts';
import { Handover } from './handover/handover.ts';
import type { LaneOwner } from './concurrency/lane.ts';
import { LaneReports } from './concurrency/lane-reports.ts';
import { Lanes } from './concurrency/lanes.ts';
import { Lease } from './lease/lease.ts';
import { Payloads } from './claim/payloads.ts';
import type { EngineHooks, EngineState } from './monitor/engine-state.ts';
import { Recorder } from './record/recorder.ts';
import type { WorkflowSpans } from './handover/workflow-spans.ts';
import { Starter } from './handover/workflow-starter.ts';

export interface EngineOptions {
  databaseUrl: string;
  pool: pg.Pool;
  clock: DatabaseClock;
  sender: Sender;
  log: Logger;
  taskQueue: string;
  retryUnitMs: number;
  coalesceMax: number;
  maxInFlight: number;
  /** Bytes of payloads in memory. */
  maxBytes: number;
  /** Returns in words what cannot be decrypted. */
  openSecrets: (claimed: Claimed) => Opened | string;
  headerPrefixOf: (platform: string) => string;
  onGone: (claimed: Claimed) => Promise<void>;
  onRecorded: (claimed: Claimed) => void;
  /** Called when a webhook starts or stops being held back, or the reason changes. */
  onLaneChanged: (owner: LaneOwner) => void;
  /** For the metrics. */
  hooks: EngineHooks;
  /** Null: off. */
  tracing: Tracing | null;
  workflowSpans: WorkflowSpans;
}

const AT_ONCE: Postponement = { delayMs: 0, reason: null };
/** How often deliveries that would wait too long are released. */
const SWEEP_MS = 1_000;
const RETRY_MS = 300;
const CHECK_LINES = { name: 'check-lines', text: 'select posthorn_check_lines()' };
/** Time for Temporal to accept pending workflows when the process stops. */
const HANDOVER_MS = 5_000;

/** The parts of a worker between the outbox and the receivers. */
export class Engine {
  readonly activityRuns: ActivityRuns;
  private readonly options: EngineOptions;
  private readonly payloads: Payloads;
  private readonly inFlight: InFlightDeliveries;
  private readonly lease: Lease;
  private readonly lanes: Lanes<InFlightDelivery>;
  private readonly reports: LaneReports;
  private readonly starter: Starter;
  private readonly handover: Handover;
  private readonly claims: Claims;
  private readonly dispatcher: Dispatcher;
  private listener: Listener | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    const { pool, log, retryUnitMs, maxInFlight, hooks, tracing } = options;
    this.options = options;
    this.lease = new Lease({ ...options, ...hooks, onLost: (lostId) => this.dropUnbegun(lostId) });
    this.starter = new Starter(options.taskQueue, log, options.workflowSpans, {
      onTaken: (id, members) => this.handover.handedOver(id, members),
      onRefused: (reason) => void this.handover.noteRefusal(this.lease.id, reason),
      ...hooks,
    });
    const { starter } = this;
    this.handover = new Handover({ pool, log, starter, retryUnitMs, maxGroup: options.coalesceMax });
    const runner = this.createAttemptRunner();
    const goOn = () => this.dispatcher.goOn();
    this.payloads = new Payloads(pool, options.maxBytes, goOn);
    this.inFlight = new InFlightDeliveries(this.payloads.budget);
    this.lanes = new Lanes({
      run: (delivery, ended) => runner.run(delivery, ended),
      maxInFlight,
      workers: () => this.lease.workers,
      onCapacity: goOn,
    });
    this.reports = new LaneReports({
      pool,
      log,
      lanes: () => this.lanes.all(),
      worker: () => this.lease.id,
      onChanged: options.onLaneChanged,
    });
    const { inFlight, lanes, lease, payloads } = this;
    this.claims = new Claims({ pool, lease, inFlight, payloads, log, onClaimed: hooks.onClaimed });
    const { claims } = this;
    this.dispatcher = new Dispatcher({ log, lease, claims, lanes, inFlight, payloads, tracing });
    this.activityRuns = new ActivityRuns({ pool, claims, inFlight, lanes, retryUnitMs, clock: options.clock, tracing });
  }

  /** Takes the lease and checks the other workers, so that deliveries of dead ones are due when this one starts to claim. */
  async enlist(): Promise<void> {
    await this.lease.start();
  }

  /** Temporal is reachable: starts workflows from now on. Claiming and sending do not wait for this. */
  connect(client: Client): void {
    this.starter.connect(client);
  }

  /** What the metrics and the probes report. */
  read(): EngineState {
    const { lease, lanes, inFlight, payloads, starter } = this;
    return {
      started: this.sweeping !== undefined,
      leaseIsFresh: lease.fresh(),
      unconfirmedMs: lease.unconfirmedMs,
      inFlight: inFlight.count,
      payloadBytes: payloads.budget.held,
      handoverBacklog: starter.backlog,
      lanes: lanes.all(),
    };
  }

  /** Starts to claim and send; call it after `enlist`. */
  start(): void {
    this.listener = listen({
      ...this.options,
      channels: ['posthorn_due'],
      onNotify: (_, count) => this.dispatcher.wakeUp(/^\d{1,9}$/.test(count) ? Number(count) : 0),
    });
    this.claims.start();
    this.handover.start();
    this.dispatcher.start();
    this.sweeping = setInterval(() => {
      this.giveBack(this.lanes.sweep());
      this.checking ??= this.checkLines().finally(() => (this.checking = undefined));
    }, SWEEP_MS);
    this.reports.start();
  }

  /** Stops claiming, waits for attempts in flight (at most `limitMs`), and releases the other claims. */
  async stop(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    this.dispatcher.stop();
    this.activityRuns.stop();
    await this.claims.stop();
    await this.listener?.close();
    clearInterval(this.sweeping);
    this.sweeping = undefined;
    await this.checking;
    this.reports.stop();
    this.giveBack(this.lanes.clear());
    while (this.inFlight.count > 0 && performance.now() < deadline) await pause(50);
    this.handover.stop();
    await this.starter.stop(Math.min(HANDOVER_MS, Math.max(0, deadline - performance.now())));
    await this.lease.release();
  }

  private createAttemptRunner(): AttemptRunner {
    const { options, lease } = this;
    return new AttemptRunner({
      ...options,
      lease,
      recorder: new Recorder(options.pool, options.log, options.hooks.onRecorded),
      handover: this.handover,
      release: (delivery) => this.release(delivery.worker, [delivery]),
      postpone: (delivery, postponement) => this.release(delivery.worker, [delivery], postponement),
    });
  }

  /** Makes the first in line due where a statement could not, because another held the webhook's lock. */
  private async checkLines(): Promise<void> {
    const { pool, log } = this.options;
    await pool
      .query(CHECK_LINES)
      .catch((error: unknown) => log.warn({ err: error }, 'checking ordered deliveries failed: retrying'));
  }

  /** Drops deliveries that were claimed under a lost lease and have not started; running attempts notice it themselves. */
  private dropUnbegun(lostId: string): void {
    this.options.hooks.onLeaseLost();
    for (const delivery of this.lanes.clear()) {
      if (delivery.worker === lostId) delivery.end(null);
      else this.lanes.add(delivery.claimed, delivery);
    }
  }

  private giveBack(inFlight: InFlightDelivery[]): void {
    for (const [worker, own] of Map.groupBy(inFlight, (delivery) => delivery.worker)) void this.release(worker, own);
  }

  /** Releases claims whose attempts have not started, in one statement; retries until it succeeds. */
  private async release(worker: string, inFlight: InFlightDelivery[], { delayMs, reason } = AT_ONCE): Promise<void> {
    const ids = inFlight.map((delivery) => delivery.claimed.delivery_id);
    const values = [worker, ids, delayMs, reason];
    for (const delivery of inFlight) delivery.givenBack = true;
    for (;;) {
      try {
        const { rows } = await this.options.pool.query<ReleaseRow>({ ...RELEASE, values });
        const released = new Map(rows.map((row) => [row.delivery_id, row]));
        for (const delivery of inFlight) this.endReleased(delivery, released.get(delivery.claimed.delivery_id));
        return;
      } catch (error) {
        const details = { err: error, deliveries: ids.length, delivery: ids[0] };
        this.options.log.warn(details, 'releasing claims failed: retrying');
        await pause(RETRY_MS);
      }
    }
  }

  private endReleased(delivery: InFlightDelivery, row: ReleaseRow | undefined): void {
    if (!row || row.status === 'retrying') return delivery.end(null);
    const { attempts } = delivery.claimed;
    delivery.end({ status: row.status, message: 'not attempted', nextAttemptAt: row.next_attempt_at, attempts });
  }
}

interface ReleaseRow {
  delivery_id: string;
  status: DeliveryStatus;
  next_attempt_at: Date | null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
