import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Plan } from '../core/domain/plan.ts';
import type { RecoveryProgress, RecoveryState } from '../core/domain/recovery.ts';

export interface DeliverInput {
  deliveryIds: string[];
  plan: Plan;
}

export interface DeliverState {
  deliveryIds: string[];
  /** The number of the attempt that the current plan began with. */
  attempt: number;
  attemptsLeft: number;
  /** Manual retries and takeovers so far. */
  wakes: number;
}

/** A dispatcher has the delivery in flight now (a manual retry, or its owner died): leave the backoff and join it. */
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
