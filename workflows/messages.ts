import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Plan } from '../core/domain/plan.ts';

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
