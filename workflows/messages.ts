import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { DeliverSummary, Plan, RetryOutcome } from '../core/domain/plan.ts';
import type { RecoveryProgress, RecoveryState } from '../core/domain/recovery.ts';

export interface DeliverInput {
  deliveryIds: string[];
  plan: Plan;
  /** All of them have ended already, and nothing is left to do but to say so. */
  done?: DeliverSummary;
  /** All of them wait: the activity's first run says so, and need not look in PostgreSQL. */
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

/** A dispatcher has made an attempt (a manual retry, or a retry that was not begun in time): leave the backoff and look at its outcome. */
export const wake = defineSignal<[Plan]>('wake');
export const state = defineQuery<DeliverState>('state');

export interface RecoverInput {
  recoveryId: string;
  /** What earlier runs of the workflow did; default 0. */
  retried?: number;
  skipped?: number;
}

/** What a recovery is to do now, for those who read the history: its row decides. */
export interface RecoveryChange {
  state: RecoveryState;
  rate: number;
}

/** The recovery was started, paused, resumed, cancelled or given another rate: look at its row. */
export const recoveryChanged = defineSignal<[RecoveryChange]>('recoveryChanged');
export const recoveryProgress = defineQuery<RecoveryProgress>('recoveryProgress');
