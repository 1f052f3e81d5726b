import type pg from 'pg';
import type { Logger } from 'pino';
import { AWAITING_HANDOVER, HANDED_OVER, WORKFLOWS_REFUSED } from './handover-statements.ts';
import type { Plan, RetryOutcome } from '../../core/domain/plan.ts';
import type { Verdict } from '../../core/domain/verdict.ts';
import { readOptions, type StoredOptions } from '../../core/options/index.ts';
import { newId } from '../../core/new-id.ts';
import { planOf, type Claimed } from '../claim/claimed.ts';
import type { InFlightDelivery } from '../claim/in-flight.ts';
import type { Recorded } from '../record/recorder.ts';
import type { Member, Starter } from './workflow-starter.ts';

export interface HandoverDeps {
  pool: pg.Pool;
  log: Logger;
  starter: Pick<Starter, 'start' | 'idle'>;
  retryUnitMs: number;
  /** Deliveries in one group at most; 1 turns groups off. */
  maxGroup: number;
}

/** The workflow that a result belongs to. */
export interface Assignment {
  workflowId: string;
  /** Temporal has not accepted it yet. */
  waiting: boolean;
  /** Call it when the result is recorded, or cannot be; `message` is for operators. */
  resolve: (recorded: Recorded, message: string) => void;
}

const SINGLES_PER_SECOND = 5;
const SINGLES_BURST = 5;
/** How long a group collects results. No attempt waits for it. */
const GROUP_GAP_MS = 1_000;
/** A handover that waited for this long is no longer in any worker's memory. */
const OVERDUE_S = 15;
/** Interval between looks: at least this, and a multiple of the duration of the last one. */
const SWEEP_MS = 1_000;
const SWEEP_SHARE = 20;
const SWEEP_MOST = 2_000;
const LONGEST_REASON = 500;

type Outcome = NonNullable<Recorded> & { message: string };

/** Results that share a workflow. */
interface Group {
  workflowId: string;
  delivered: boolean;
  members: Claimed[];
  outcomes: Outcome[];
  size: number;
  /** Results that are not recorded yet. */
  open: number;
  closed: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Hands deliveries over to Temporal once a result is recorded. At ordinary load each delivery gets a workflow with its id;
 * beyond five results a second, successful deliveries of a platform share one, and so do failed deliveries with the same next attempt.
 * The workflow of successful deliveries completes at once. Failed deliveries are in the table `handovers` until Temporal has accepted
 * their workflow, so an outage, a crash or a full queue delays only the workflow.
 */
export class Handover {
  private readonly deps: HandoverDeps;
  private readonly gathering = new Map<string, Group>();
  private allowance = SINGLES_BURST;
  private refilledAt = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(deps: HandoverDeps) {
    this.deps = deps;
  }

  start(): void {
    this.schedule(SWEEP_MS);
  }

  /** Starts the workflows of all groups; call it when all results are recorded. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const key of this.gathering.keys()) this.close(key);
  }

  /** Assigns the result of an attempt to a workflow, before it is recorded. */
  assign({ claimed, workflowId }: InFlightDelivery, verdict: Verdict): Assignment {
    const parts = verdict.postponed && workflowId !== claimed.delivery_id;
    if (workflowId !== null && !parts) return { workflowId, waiting: false, resolve: () => undefined };
    const delivered = verdict.outcome === 'delivered';
    const group = this.isSingle() ? newGroup(claimed.delivery_id, delivered) : this.join(claimed, verdict, delivered);
    group.size++;
    group.open++;
    if (group.workflowId === claimed.delivery_id) group.closed = true;
    if (group.size >= this.deps.maxGroup) this.closeGroup(group);
    return {
      workflowId: group.workflowId,
      waiting: !delivered,
      resolve: (recorded, message) => {
        group.open--;
        if (recorded) {
          group.members.push(claimed);
          group.outcomes.push({ ...recorded, message });
        }
        this.startIfComplete(group);
      },
    };
  }

  /** Temporal has accepted the workflow, or refused it for good. */
  async handedOver(workflowId: string, deliveryIds: string[]): Promise<void> {
    try {
      await this.deps.pool.query({ ...HANDED_OVER, values: [deliveryIds, workflowId] });
    } catch (error) {
      this.deps.log.warn({ err: error }, 'recording a handover failed: it will be repeated');
    }
  }

  /** Counts a workflow that Temporal refused for good, for the dashboard and the metrics. */
  async noteRefusal(worker: string, reason: string): Promise<void> {
    try {
      await this.deps.pool.query({ ...WORKFLOWS_REFUSED, values: [worker, 1, reason.slice(0, LONGEST_REASON)] });
    } catch (error) {
      this.deps.log.warn({ err: error }, 'recording a refused workflow failed');
    }
  }

  private isSingle(): boolean {
    const now = performance.now();
    this.allowance = Math.min(SINGLES_BURST, this.allowance + ((now - this.refilledAt) / 1_000) * SINGLES_PER_SECOND);
    this.refilledAt = now;
    const single = this.deps.maxGroup === 1 || this.allowance >= 1;
    this.allowance = Math.max(-SINGLES_BURST, this.allowance - 1);
    return single;
  }

  private join(claimed: Claimed, verdict: Verdict, delivered: boolean): Group {
    const key = delivered ? `${claimed.platform} delivered` : keyOf(claimed, verdict);
    let group = this.gathering.get(key);
    if (!group || group.closed) {
      group = newGroup(`group-${newId()}`, delivered);
      group.timer = setTimeout(() => this.close(key), GROUP_GAP_MS);
      this.gathering.set(key, group);
    }
    return group;
  }

  private close(key: string): void {
    const group = this.gathering.get(key);
    this.gathering.delete(key);
    if (group) this.closeGroup(group);
  }

  private closeGroup(group: Group): void {
    clearTimeout(group.timer);
    group.closed = true;
    this.startIfComplete(group);
  }

  private startIfComplete({ workflowId, delivered, members, outcomes, open, closed }: Group): void {
    if (!closed || open > 0 || members.length === 0) return;
    const first = members[0]!;
    const start = { workflowId, members, plan: this.planAfter(first, 0), known: first.workflow_id === workflowId };
    if (delivered) return this.deps.starter.start({ ...start, done: { delivered: members.length } });
    const outcome = retryOutcomeOf(outcomes, this.planAfter(first, 1));
    this.deps.starter.start({ ...start, ...(outcome && { outcome }) });
  }

  private planAfter(member: Member, attempts: number): Plan {
    return planOf(member, member.attempts + attempts, this.deps.retryUnitMs);
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const begun = performance.now();
      void this.sweep().finally(() => this.schedule(Math.max(SWEEP_MS, SWEEP_SHARE * (performance.now() - begun))));
    }, ms);
  }

  /** Finds deliveries that a crash, an outage or a full queue left without their workflow. */
  private async sweep(): Promise<void> {
    const { pool, log, starter } = this.deps;
    try {
      if (!starter.idle) return;
      const { rows } = await pool.query<Omit<Member, 'options'> & { workflow_id: string; options: StoredOptions }>({
        ...AWAITING_HANDOVER,
        values: [OVERDUE_S, SWEEP_MOST],
      });
      const waiting = rows.map((row) => ({ ...row, options: readOptions(row.options) }));
      for (const [workflowId, members] of Map.groupBy(waiting, (row) => row.workflow_id)) {
        starter.start({ workflowId, members, plan: this.planAfter(members[0]!, 0), known: false });
      }
    } catch (error) {
      log.warn({ err: error }, 'search for pending handovers failed: retrying');
    }
  }
}

/** The common next attempt; undefined if a delivery has none, because its webhook was paused or turned off. */
function retryOutcomeOf(outcomes: Outcome[], plan: Plan): RetryOutcome | undefined {
  if (outcomes.some(({ status, nextAttemptAt }) => status !== 'retrying' || nextAttemptAt === null)) return undefined;
  const latest = Math.max(...outcomes.map(({ nextAttemptAt }) => nextAttemptAt!.getTime()));
  return { message: outcomes[0]!.message, nextAttemptAt: new Date(latest).toISOString(), plan };
}

function newGroup(workflowId: string, delivered: boolean): Group {
  return { workflowId, delivered, members: [], outcomes: [], size: 0, open: 0, closed: false, timer: undefined };
}

/** Identifies deliveries with the same next attempt: the same place in the same schedule, or the same second after a `Retry-After`. */
function keyOf(claimed: Claimed, { outcome, postponed, delayMs }: Verdict): string {
  const { platform, attempts, round_start, max_attempts, options } = claimed;
  const { initial_interval, backoff_coefficient } = options.retry_policy;
  const asked = postponed ? Math.ceil(delayMs / 1_000) : 'as scheduled';
  return [platform, attempts, round_start, max_attempts, initial_interval, backoff_coefficient, outcome, asked].join(
    ' ',
  );
}
