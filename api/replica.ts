import type pg from 'pg';
import type { Registry } from 'prom-client';
import { createReadPool } from '../core/db/pool.ts';
import { ReplicaMonitor, type ReplicaOptions } from '../core/db/replica-monitor.ts';
import { readFromReplica, readWithoutReplica } from '../core/db/replica-reads.ts';
import { addReplicaMetrics } from '../core/metrics/replica-metrics.ts';
import type { ApiDeps } from './deps.ts';

interface Replica extends Pick<ApiDeps, 'replicaReads' | 'replica'> {
  /** Its connections; undefined: there is no replica. */
  pool: pg.Pool | undefined;
  /** @throws ForeignReplicaError, NoSessionsError if DATABASE_READ_URL is wrong */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The replica of DATABASE_READ_URL. Without one, `primary` answers its reads. */
export function openReplica(
  { readUrl, ...options }: Omit<ReplicaOptions, 'readUrl'> & { readUrl: string | undefined },
  primary: pg.Pool,
  registry: Registry,
): Replica {
  if (readUrl === undefined) {
    addReplicaMetrics(registry, undefined);
    const nothing = () => Promise.resolve();
    return {
      replicaReads: readWithoutReplica(primary),
      replica: undefined,
      pool: undefined,
      start: nothing,
      close: nothing,
    };
  }
  const monitor = new ReplicaMonitor({ ...options, readUrl });
  const pool = createReadPool(readUrl);
  return {
    replicaReads: readFromReplica(primary, pool, monitor, addReplicaMetrics(registry, monitor)),
    replica: monitor,
    pool,
    start: () => monitor.start(),
    close: async () => void (await Promise.all([monitor.close(), pool.end()])),
  };
}
