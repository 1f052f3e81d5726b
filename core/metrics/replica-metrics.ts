import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReplicaMonitor } from '../db/replica-monitor.ts';
import { READ_OUTCOMES, type ReadOutcome } from '../db/replica-reads.ts';

/**
 * Reports whether the replica is in use; zeros without one. Returns a function that counts the reads it may answer.
 */
export function addReplicaMetrics(
  registry: Registry,
  monitor: Pick<ReplicaMonitor, 'refusal' | 'lag'> | undefined,
): (outcome: ReadOutcome) => void {
  new Gauge({
    name: 'posthorn_replica_unused',
    help: '1: DATABASE_READ_URL is set, and its server is not used; the log says why',
    registers: [registry],
    collect() {
      this.set(monitor?.refusal ? 1 : 0);
    },
  });
  new Gauge({
    name: 'posthorn_replica_lag_seconds',
    help: 'How far the replica is behind at most; +Inf: not known',
    registers: [registry],
    collect() {
      this.set(monitor?.lag ?? 0);
    },
  });
  const reads = new Counter({
    name: 'posthorn_replica_reads_total',
    help: 'Reads that the replica may answer: replica, or why the primary answered',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of READ_OUTCOMES) reads.inc({ outcome }, 0);
  return (outcome) => reads.inc({ outcome });
}
