import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { FAILURES, type DeliverSummary, type Plan } from '../core/domain/plan.ts';
import { state, wake, type DeliverInput } from './messages.ts';

/** Longer than any attempt: a run that takes this long has lost its worker. */
const RUN_TIMEOUT_MS = 2 * 60_000;
const PAUSE_BEFORE_NEXT_PLAN_MS = 1_000;

/**
 * Runs the retry schedule of one delivery, or of a group with the same next attempt. It is started when the result of an
 * attempt is recorded. The schedule is the retry policy of one activity: its first run reports that result, each later run attempts the
 * undelivered deliveries. PostgreSQL decides who may make an attempt, so two workflows never attempt the same delivery at once.
 */
export async function deliver(input: DeliverInput): Promise<DeliverSummary> {
  let plan = input.plan;
  let next: Plan | undefined;
  let wakes = 0;
  let scope: CancellationScope | undefined;
  setHandler(state, () => ({
    deliveryIds: input.deliveryIds,
    attempt: plan.attempt,
    attemptsLeft: plan.attemptsLeft,
    wakes,
  }));
  setHandler(wake, (wakePlan) => {
    next = wakePlan;
    wakes++;
    scope?.cancel();
  });
  if (input.done) return input.done;
  for (let { outcome } = input; ; outcome = undefined) {
    scope = new CancellationScope();
    next = undefined;
    const run = activitiesFor(plan);
    try {
      return await scope.run(() => run.attemptDeliveries(input.deliveryIds, outcome));
    } catch (error) {
      if (isCancellation(error) && !next) return await cancel(input.deliveryIds, error);
      const left = next ?? planLeft(error, plan);
      if (!left) throw error;
      if (!next) await sleep(PAUSE_BEFORE_NEXT_PLAN_MS);
      plan = left;
    }
  }
}

function activitiesFor(plan: Plan) {
  return proxyActivities<Activities>({
    startToCloseTimeout: RUN_TIMEOUT_MS,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      initialInterval: plan.initialIntervalMs,
      backoffCoefficient: plan.coefficient,
      maximumAttempts: plan.attemptsLeft,
      maximumInterval: plan.initialIntervalMs * plan.coefficient ** Math.max(1, plan.attemptsLeft),
    },
  });
}

/** Attempts that remain although the policy is exhausted: runs that a crash interrupted count only in Temporal. */
function planLeft(error: unknown, plan: Plan): Plan | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof TimeoutFailure) return plan;
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURES.retry) return undefined;
  return (cause.details?.[0] as Plan | undefined) ?? plan;
}

/** The workflow was cancelled in Temporal: cancels its deliveries. */
async function cancel(deliveryIds: string[], error: unknown): Promise<never> {
  const { cancelDeliveries } = proxyActivities<Activities>({ startToCloseTimeout: '30 seconds' });
  await CancellationScope.nonCancellable(() => cancelDeliveries(deliveryIds));
  throw error;
}
