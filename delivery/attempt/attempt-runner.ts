import type { Logger } from 'pino';
import type { DatabaseClock } from '../../core/database-clock.ts';
import { traceHeaders, type Span, type Tracing } from '../../core/tracing/tracing.ts';
import { newId } from '../../core/new-id.ts';
import { beginAttempt, beginRecord, endAttempt, endRecord } from './attempt-spans.ts';
import { concealSecrets } from './conceal.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { Sender } from '../send/send.ts';
import type { Opened } from './open-secrets.ts';
import { deliveryHeaders } from './sign.ts';
import { applyToRequest } from '../../core/options/index.ts';
import { scheduleOf } from '../../core/options/retry-policy.ts';
import { describeFailure, judgeAttempt, type Verdict } from '../../core/domain/verdict.ts';
import type { AttemptResult } from '../../core/domain/delivery.ts';
import type { Claimed } from '../claim/claimed.ts';
import type { InFlightDelivery } from '../claim/in-flight.ts';
import type { Assignment, Handover } from '../handover/handover.ts';
import { describeEnd } from '../operational/describe-end.ts';
import type { Lease } from '../lease/lease.ts';
import type { AttemptRecord, Recorded, Recorder } from '../record/recorder.ts';

export interface AttemptRunnerDeps {
  sender: Sender;
  recorder: Recorder;
  lease: Lease;
  log: Logger;
  /** Returns in words what cannot be decrypted. */
  openSecrets: (claimed: Claimed) => Opened | string;
  headerPrefixOf: (platform: string) => string;
  retryUnitMs: number;
  clock: DatabaseClock;
  /** Called after a 410: turns the webhook off. */
  onGone: (claimed: Claimed) => Promise<void>;
  /** Called when the result of an attempt is recorded. */
  onRecorded: (claimed: Claimed) => void;
  /** Releases a claimed delivery whose webhook was turned off or paused meanwhile. */
  release: (delivery: InFlightDelivery) => Promise<void>;
  /** Releases a claimed delivery that cannot be attempted now for an internal reason. */
  postpone: (delivery: InFlightDelivery, postponement: Postponement) => Promise<void>;
  handover: Pick<Handover, 'assign'>;
  tracing: Tracing | null;
}

export interface Postponement {
  /** 0: due now, in its old order. */
  delayMs: number;
  /** Its error message while it has had no attempt. */
  reason: string | null;
}

/** How long a delivery waits for what can be decrypted. */
const UNREADABLE_MS = 60_000;
/** A dispatcher makes a retry this long after it was due if no workflow has started it. */
const GRACE_MS = 5_000;
const LEASE_POLL_MS = 100;

/** Runs the attempt of a claimed delivery: checks the lease, signs and sends, judges the result and records it. */
export class AttemptRunner {
  private readonly deps: AttemptRunnerDeps;

  constructor(deps: AttemptRunnerDeps) {
    this.deps = deps;
  }

  /** Calls `onSent` when the response is complete; resolves when the result is recorded. */
  async run(delivery: InFlightDelivery, onSent: (result: AttemptResult) => void): Promise<void> {
    const { claimed, worker } = delivery;
    try {
      if (!(await this.holdsLease(worker))) return delivery.end(null);
      if (!claimed.active || claimed.paused) return await this.deps.release(delivery);
      const opened = this.deps.openSecrets(claimed);
      if (typeof opened === 'string') {
        return await this.deps.postpone(delivery, { delayMs: UNREADABLE_MS, reason: `not attempted: ${opened}` });
      }
      const { result, record, verdict, assignment } = await this.attempt(delivery, opened, onSent);
      const message =
        result.errorMessage === null ? 'delivered' : describeFailure(record.number, claimed.max_attempts, result);
      const recorded = await this.record(claimed, record, assignment, message);
      this.deps.onRecorded(claimed);
      if (this.deps.log.isLevelEnabled('debug')) this.logAttempt(claimed, record, recorded);
      if (verdict.gone) await this.deps.onGone(claimed);
      if (!recorded) return delivery.end(null);
      const { status, nextAttemptAt } = recorded;
      delivery.end({ status, message, nextAttemptAt, attempts: record.number });
    } catch (error) {
      this.deps.log.error({ err: error, delivery: claimed.delivery_id }, 'attempt aborted by an internal error');
      delivery.end(null);
    }
  }

  private logAttempt(
    { webhook_id: webhook }: Claimed,
    { deliveryId, number, result }: AttemptRecord,
    recorded: Recorded,
  ) {
    const { statusCode: status, durationMs: ms, errorMessage: error } = result;
    const ids = { delivery: deliveryId, webhook };
    this.deps.log.debug({ ...ids, number, status, ms, error, state: recorded?.status ?? 'late' }, 'attempt recorded');
  }

  private async attempt(delivery: InFlightDelivery, opened: Opened, onSent: (result: AttemptResult) => void) {
    const { claimed } = delivery;
    const { deps } = this;
    const number = claimed.attempts + 1;
    const span = beginAttempt(deps.tracing, claimed);
    const result = concealSecrets(await this.send(claimed, opened, span), opened.secrets);
    onSent(result);
    const retryAfter = parseRetryAfter(result.responseHeaders?.['retry-after'], new Date(deps.clock.now()));
    const position = { number, roundStart: claimed.round_start, maxAttempts: claimed.max_attempts };
    const verdict: Verdict = judgeAttempt(
      { ...result, retryAfterMs: retryAfter },
      position,
      scheduleOf(claimed.options.retry_policy),
      deps.retryUnitMs,
    );
    const { outcome, delayMs } = verdict;
    if (span) endAttempt(span, result, outcome);
    const assignment = deps.handover.assign(delivery, verdict);
    delivery.recordedWith = assignment.workflowId;
    const record: AttemptRecord = {
      worker: delivery.worker,
      platform: claimed.platform,
      due: delivery.workflowId === null ? claimed.due : null,
      deliveryId: claimed.delivery_id,
      attemptId: newId(),
      number,
      trigger: claimed.trigger,
      result,
      outcome,
      delayMs,
      graceMs: GRACE_MS,
      workflowId: assignment.workflowId,
      handingOver: assignment.waiting,
      tells: describeEnd(claimed, { outcome, number, ...result }, deps.clock.now()),
    };
    return { result, record, verdict, assignment };
  }

  private async record(claimed: Claimed, record: AttemptRecord, { resolve }: Assignment, message: string) {
    const span = beginRecord(this.deps.tracing, claimed);
    let recorded: Recorded = null;
    let open = true;
    const resolveOnce = () => {
      if (open) resolve(recorded, message);
      open = false;
    };
    try {
      // The other deliveries of its group do not wait for it.
      recorded = await this.deps.recorder.record({ ...record, onSetAside: resolveOnce });
    } finally {
      resolveOnce();
      if (span) endRecord(span, recorded);
    }
    return recorded;
  }

  private async send(claimed: Claimed, opened: Opened, span: Span | null): Promise<AttemptResult> {
    const startedAt = new Date(this.deps.clock.now());
    try {
      return await this.deps.sender.send(this.request(claimed, opened, span));
    } catch (error) {
      this.deps.log.error({ err: error, delivery: claimed.delivery_id }, 'request could not be built');
      const errorMessage = `not sent: ${error instanceof Error ? error.message : 'internal error'}`;
      return { startedAt, durationMs: 0, statusCode: null, responseHeaders: null, responseBody: null, errorMessage };
    }
  }

  private request(claimed: Claimed, { signer, next, options }: Opened, span: Span | null) {
    const headers = deliveryHeaders({
      headerPrefix: this.deps.headerPrefixOf(claimed.platform),
      eventType: claimed.event_type,
      deliveryId: claimed.delivery_id,
      signer,
      next,
      body: claimed.body,
      now: new Date(this.deps.clock.now()),
    });
    if (span) Object.assign(headers, traceHeaders(span.context));
    return applyToRequest(options, { url: claimed.url, headers, body: claimed.body });
  }

  /** Waits while the lease cannot be confirmed (the database is away); false if it is lost. */
  private async holdsLease(worker: string): Promise<boolean> {
    const { lease } = this.deps;
    while (lease.id === worker && !lease.fresh()) await new Promise((resolve) => setTimeout(resolve, LEASE_POLL_MS));
    return lease.id === worker;
  }
}
