import type { Plan } from './plan.ts';

/** How a workflow's delivery stands after its attempt, or without one. */
export interface DeliveryResult {
  deliveryId: string;
  /** `moved`: it went on in another workflow, or waits in the outbox for a dispatcher. */
  state: 'delivered' | 'failed' | 'cancelled' | 'held' | 'moved' | 'waiting';
  /** What an operator reads, for those that wait or failed: "attempt 3 of 6 failed with 503". */
  message: string;
  /** When the next attempt is due, and what is left of the schedule; only where the state is `waiting`. */
  nextAttemptAt: Date | null;
  plan: Plan | null;
}

/** What the activity that attempts deliveries needs from the process it runs in. */
export interface DeliveryAttempts {
  /** Milliseconds since 1970, by the clock that the schedules go by. */
  now(): number;
  /**
   * Claims and makes the attempts that are due, and tells how each delivery stands; `run` is the activity's, from 1.
   * @throws StoppingError when the process stops before that is known: another one has to look.
   */
  runAttempts(workflowId: string, deliveryIds: string[], run: number): Promise<DeliveryResult[]>;
}

export class StoppingError extends Error {
  override name = 'StoppingError';
}
