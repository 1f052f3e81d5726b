import { activityInfo, ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { FAILURES, type DeliverSummary, type Plan, type RetryOutcome } from '../core/domain/plan.ts';
import { StoppingError, type DeliveryAttempts, type DeliveryResult } from '../core/domain/delivery-result.ts';

/** Runs may start this much late or early against the due time before the policy's interval is corrected. */
const TOLERANCE_MS = 200;

/**
 * One activity run: makes the due attempts of a workflow's deliveries and reads the state of the others. The first run
 * reports the result of an attempt. Throws an `ApplicationFailure` that
 * Temporal retries by the schedule while a delivery will be retried, and a final one if a single delivery failed.
 */
export async function attemptDeliveries(
  attempts: DeliveryAttempts,
  deliveryIds: string[],
  outcome?: RetryOutcome | null,
): Promise<DeliverSummary> {
  if (outcome && activityInfo().attempt === 1 && Date.parse(outcome.nextAttemptAt) > attempts.now()) {
    const next = { ...outcome, at: new Date(outcome.nextAttemptAt) };
    throw nextRun(next, attempts.now(), deliveryIds.length, deliveryIds.length);
  }
  const results = await runAttempts(attempts, deliveryIds);
  const waiting = results.filter((result) => result.state === 'waiting');
  if (waiting.length > 0) throw nextRunOf(waiting, attempts.now(), deliveryIds.length);
  const failed = results.filter((result) => result.state === 'failed');
  if (failed.length > 0) throw finalFailure(failed, deliveryIds.length);
  const summary: DeliverSummary = {};
  for (const { state } of results) {
    if (state !== 'waiting') summary[state] = (summary[state] ?? 0) + 1;
  }
  return summary;
}

async function runAttempts(attempts: DeliveryAttempts, deliveryIds: string[]): Promise<DeliveryResult[]> {
  try {
    const { workflowExecution, attempt } = activityInfo();
    return await attempts.runAttempts(workflowExecution!.workflowId, deliveryIds, attempt);
  } catch (error) {
    if (!(error instanceof StoppingError)) throw error;
    const { message } = error;
    throw ApplicationFailure.create({ type: FAILURES.retry, message, nextRetryDelay: '1 second' });
  }
}

function nextRunOf(waiting: DeliveryResult[], now: number, total: number): ApplicationFailure {
  const { nextAttemptAt, plan } = waiting.reduce((a, b) => (b.nextAttemptAt! > a.nextAttemptAt! ? b : a));
  return nextRun({ message: waiting[0]!.message, at: nextAttemptAt!, plan: plan! }, now, waiting.length, total);
}

function nextRun(
  next: { message: string; at: Date; plan: Plan },
  now: number,
  count: number,
  total: number,
): ApplicationFailure {
  const { at, plan } = next;
  const dueInMs = Math.max(0, at.getTime() - now);
  const message = `${next.message}${others(count, total, 'still undelivered')}, next at ${at.toISOString()}`;
  const policyMs = policyInterval();
  const fits = Math.abs(dueInMs - policyMs) <= TOLERANCE_MS || (policyMs > dueInMs && policyMs - dueInMs <= 4_000);
  return ApplicationFailure.create({
    type: FAILURES.retry,
    message,
    details: [plan],
    nextRetryDelay: fits ? undefined : dueInMs,
    category: ApplicationFailureCategory.BENIGN,
  });
}

function finalFailure(failed: DeliveryResult[], total: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURES.final,
    message: `${failed[0]!.message}${others(failed.length, total, 'failed for good')}`,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
  });
}

function others(count: number, total: number, what: string): string {
  return total === 1 ? '' : ` (${count} of ${total} ${what})`;
}

/** The interval of the activity's retry policy after this run. */
function policyInterval(): number {
  const { retryPolicy, attempt } = Context.current().info;
  const initial = Number(retryPolicy?.initialInterval ?? 0);
  return initial * (retryPolicy?.backoffCoefficient ?? 2) ** (attempt - 1);
}
