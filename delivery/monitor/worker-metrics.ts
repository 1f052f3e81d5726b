import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { timeInId } from '../../core/db/partitions.ts';
import { countInHistogram } from '../../core/metrics/counted-histogram.ts';
import { countCommits } from '../../core/metrics/database-metrics.ts';
import type { NameAnswer } from '../guard/resolve.ts';
import type { StartAnswer } from '../handover/workflow-starter.ts';
import type { AttemptRecord } from '../record/recorder.ts';
import type { EngineHooks } from './engine-state.ts';

export interface WorkerMetrics extends EngineHooks {
  registry: Registry;
  onName: (answer: NameAnswer, seconds: number) => void;
}

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Up to the longest time of an attempt. */
const ATTEMPT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];
/** From milliseconds to the end of the retry schedule. */
const DELIVERY = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600];
const GROUP = [1, 10, 100, 500, 1000, 2000];

const STATEMENTS = ['claim-due', 'claim-fairly', 'claim-members'];
const NAME_ANSWERS: NameAnswer[] = ['found', 'cached', 'unknown', 'failed', 'overloaded'];

/** Labels of attempts by the result; `late`: it did not change the delivery, because another worker had claimed it. */
const RESULTS = { delivered: 'delivered', retry: 'retry', 'give-up': 'failed' } as const;

/** Counts what a worker does. Attempts are counted once for each commit, not one by one. No label grows with webhooks or organizations. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const count = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const measure = (name: string, help: string, buckets: number[], labelNames: string[] = []) =>
    new Histogram({ name, help, buckets, labelNames, registers });

  const claims = measure('posthorn_claim_duration_seconds', 'Claims, by statement', FAST, ['statement']);
  const claimed = count('posthorn_claimed_deliveries_total', 'Deliveries that these claims brought', ['statement']);
  const sizes = measure('posthorn_workflow_deliveries', 'Workflows to start, by their number of deliveries', GROUP);
  const starts = measure(
    'posthorn_workflow_start_duration_seconds',
    'Requests to Temporal to start a workflow, by answer; after "failed" they are repeated',
    FAST,
    ['answer'],
  );
  const lost = count('posthorn_leases_lost_total', 'How often another worker declared this one dead');
  const takenOver = count('posthorn_deliveries_taken_over_total', 'Claimed deliveries of dead workers that became due');
  const names = count('posthorn_names_resolved_total', 'Host names of receivers, by what their resolution gave', [
    'answer',
  ]);
  const queries = measure('posthorn_dns_query_duration_seconds', 'Queries of DNS for a name', FAST);
  // Present from the first scrape on, so that a rate has a beginning.
  for (const statement of STATEMENTS) claims.zero({ statement });
  for (const statement of STATEMENTS) claimed.inc({ statement }, 0);
  for (const answer of ['accepted', 'refused', 'failed'] satisfies StartAnswer[]) starts.zero({ answer });
  for (const answer of NAME_ANSWERS) names.inc({ answer }, 0);
  return {
    registry,
    onRecorded: countAttempts(registry),
    onClaimed(statement, deliveries, seconds) {
      claims.observe({ statement }, seconds);
      claimed.inc({ statement }, deliveries);
    },
    onStart: (deliveries) => sizes.observe(deliveries),
    onAnswer: (answer, seconds) => starts.observe({ answer }, seconds),
    onLeaseLost: () => lost.inc(),
    onTakenOver: (deliveries) => takenOver.inc(deliveries),
    onName(answer, seconds) {
      names.inc({ answer });
      if (seconds > 0) queries.observe(seconds);
    },
  };
}

function countAttempts(registry: Registry): EngineHooks['onRecorded'] {
  const registers = [registry];
  const attempts = new Counter({
    name: 'posthorn_attempts_total',
    help: 'Recorded attempts, by platform, by their result and by the answer: "2xx", "none", …',
    labelNames: ['platform', 'result', 'answer'],
    registers,
  });
  const duration = countInHistogram(registry, {
    name: 'posthorn_attempt_duration_seconds',
    help: 'From the beginning of an attempt to the end of its response',
    buckets: ATTEMPT,
  });
  const delay = countInHistogram(registry, {
    name: 'posthorn_attempt_delay_seconds',
    help: 'How late attempts begin that a dispatcher claimed: from the time they were due',
    buckets: DELIVERY,
  });
  const latency = countInHistogram(registry, {
    name: 'posthorn_delivery_duration_seconds',
    help: 'From the acceptance of a delivery to its success, by whether it took one attempt or more; without those that were retried by hand',
    label: { name: 'attempts', values: ['one', 'more'] },
    buckets: DELIVERY,
  });
  const commits = countCommits(registry, 'record');
  return (records, counts, seconds) => {
    commits(records.length, seconds);
    for (const [labels, group] of Map.groupBy(records, (record) => labelOf(record, counts(record)))) {
      const [platform = '', result = '', answer = ''] = labels.split(' ');
      attempts.inc({ platform, result, answer }, group.length);
    }
    for (const { result, due, number, outcome, trigger, deliveryId } of records) {
      const startedAt = result.startedAt.getTime() / 1_000;
      const took = result.durationMs / 1_000;
      duration(took);
      if (due !== null) delay(Math.max(0, startedAt - due));
      if (outcome !== 'delivered' || trigger === 'manual') continue;
      const accepted = timeInId(deliveryId).getTime() / 1_000;
      latency(Math.max(0, startedAt + took - accepted), number === 1 ? 0 : 1);
    }
  };
}

function labelOf({ platform, outcome, result }: AttemptRecord, counts: boolean): string {
  const answer = result.statusCode === null ? 'none' : `${Math.floor(result.statusCode / 100)}xx`;
  return `${platform} ${counts ? RESULTS[outcome] : 'late'} ${answer}`;
}
