import { uuidv7 } from 'uuidv7';
import type { AttemptRecord } from '../delivery/record/recorder.ts';

/** A first attempt by `worker`, answered with 200 if the outcome is delivered, otherwise with 500. */
export function attemptOf(
  worker: string,
  deliveryId: string,
  outcome: AttemptRecord['outcome'],
  more: Partial<AttemptRecord> = {},
): AttemptRecord {
  const delivered = outcome === 'delivered';
  return {
    worker,
    deliveryId,
    attemptId: uuidv7(),
    number: 1,
    trigger: 'automatic',
    result: {
      startedAt: new Date(),
      durationMs: 5,
      statusCode: delivered ? 200 : 500,
      responseHeaders: { date: 'today' },
      responseBody: 'an answer',
      errorMessage: delivered ? null : 'status 500',
    },
    outcome,
    delayMs: 0,
    graceMs: 5_000,
    workflowId: 'workflow',
    handingOver: false,
    tells: null,
    platform: 'urpa',
    due: null,
    ...more,
  };
}
