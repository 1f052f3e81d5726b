import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { DeliverSummary, Plan, RetryOutcome } from '../core/domain/plan.ts';
import type { RecoveryProgress, RecoveryState } from '../core/domain/recovery.ts';

export interface DeliverInput {
  deliveryIds: string[];
  plan: Plan;
  /** All of them have ended already. */
  done?: DeliverSummary;
  /** All of them will be retried: the activity's first run reports this without reading PostgreSQL. */
  outcome?: RetryOutcome;
}

export interface DeliverState {
  deliveryIds: string[];
  /** The number of the attempt that the current plan began with. */
  attempt: number;
  attemptsLeft: number;
  /** Manual retries and takeovers so far. */
  wakes: number;
}

/** A dispatcher has made an attempt (a manual retry, or a retry that was not started in time): leave the backoff and read its result. */
export const wake = defineSignal<[Plan]>('wake');
export const state = defineQuery<DeliverState>('state');

/** A header of workflows and their activities: the spans that started the workflow (core/tracing), for each trace of its deliveries. */
export const TRACES_HEADER = 'posthorn-traces';

/** The end of a workflow that has that header. */
export interface WorkflowRun {
  traces: string[];
  /** Milliseconds since 1970. */
  startedAt: number;
  error?: string;
}

export type TraceSinks = { traces: { ended(run: WorkflowRun): void } };

export interface RecoverInput {
  recoveryId: string;
  /** Retries and takeovers of earlier runs of the workflow; default 0. */
  retried?: number;
  skipped?: number;
}

/** The requested state of a recovery, for readers of the history; its row decides. */
export interface RecoveryChange {
  state: RecoveryState;
  rate: number;
}

/** The recovery was started, paused, resumed, cancelled or got another rate: read its row. */
export const recoveryChanged = defineSignal<[RecoveryChange]>('recoveryChanged');
export const recoveryProgress = defineQuery<RecoveryProgress>('recoveryProgress');
