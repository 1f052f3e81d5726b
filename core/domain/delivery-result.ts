import type { Plan } from './plan.ts';

/** The state of a workflow's delivery after an activity run. */
export interface DeliveryResult {
  deliveryId: string;
  /** `moved`: another workflow owns it, or it waits for a dispatcher. */
  state: 'delivered' | 'failed' | 'cancelled' | 'held' | 'moved' | 'waiting';
  /** For operators, if it waits or failed: "attempt 3 of 6 failed with 503". */
  message: string;
  /** The next attempt and the rest of the schedule; only if the state is `waiting`. */
  nextAttemptAt: Date | null;
  plan: Plan | null;
}

/** The attempts that an activity has made by its process. */
export interface DeliveryAttempts {
  /** Milliseconds since 1970, by the clock of the schedules. */
  now(): number;
  /**
   * Claims due deliveries, makes their attempts, and returns the state of each delivery; `run` is the number of the activity run, from 1.
   * @throws StoppingError when the process stops before that is known: another one has to look.
   */
  runAttempts(workflowId: string, deliveryIds: string[], run: number): Promise<DeliveryResult[]>;
}

export class StoppingError extends Error {
  override name = 'StoppingError';
}
