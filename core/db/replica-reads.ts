import type pg from 'pg';
import type { ReplicaMonitor } from './replica-monitor.ts';
import { isUnavailable } from './unavailable.ts';

/** Reads all that it needs from the pool that it gets. It may be called again with another pool. */
type Read<T> = (pool: pg.Pool) => Promise<T>;

/** Reads that a replica may answer. Without one, all of them go to the primary. */
export interface ReplicaReads {
  /** For lists: sees everything that was committed before the call. */
  upToDate: <T>(read: Read<T>) => Promise<T>;
  /** For statistics: may be as old as the lag that a replica may have. */
  recent: <T>(read: Read<T>) => Promise<T>;
}

/**
 * What happened to a read that the replica may answer. `replica`: it did. The others were answered by the primary: the replica was not in use,
 * `behind`, `cancelled` the read because it was in the way of its replay, or `failed`.
 */
export const READ_OUTCOMES = ['replica', 'unused', 'behind', 'cancelled', 'failed'] as const;
export type ReadOutcome = (typeof READ_OUTCOMES)[number];

/** An up-to-date read waits this long at most for the replica. */
const PATIENCE_MS = 1_000;

/** Recovery conflicts: they end the statement, or the session. */
const CANCELLED = ['40001', '40P01', '57P04'];
const STATEMENT_TIMEOUT = '57014';

export function readWithoutReplica(primary: pg.Pool): ReplicaReads {
  return { upToDate: (read) => read(primary), recent: (read) => read(primary) };
}

/**
 * The primary answers what the replica cannot, with the connections of `primary`, which bound that load. A read that takes too long on the
 * replica is not repeated: it would take as long there.
 */
export function readFromReplica(
  primary: pg.Pool,
  replica: pg.Pool,
  monitor: Pick<ReplicaMonitor, 'refusal' | 'lag' | 'primaryPosition' | 'reaches'>,
  note: (outcome: ReadOutcome) => void,
): ReplicaReads {
  const onPrimary = <T>(read: Read<T>, outcome: ReadOutcome) => {
    note(outcome);
    return read(primary);
  };
  const onReplica = async <T>(read: Read<T>) => {
    try {
      const result = await read(replica);
      note('replica');
      return result;
    } catch (error) {
      const outcome = explain(error, monitor.refusal !== null);
      if (outcome === null) throw error;
      return await onPrimary(read, outcome);
    }
  };
  const isLevel = async () => {
    if (monitor.lag * 1_000 > PATIENCE_MS) return false;
    try {
      return await monitor.reaches(await monitor.primaryPosition(), PATIENCE_MS);
    } catch {
      return false;
    }
  };
  return {
    async upToDate(read) {
      if (monitor.refusal !== null) return await onPrimary(read, 'unused');
      return (await isLevel()) ? await onReplica(read) : await onPrimary(read, 'behind');
    },
    async recent(read) {
      return monitor.refusal === null ? await onReplica(read) : await onPrimary(read, 'unused');
    },
  };
}

/** Why the primary is asked after an error of the replica; null: it is not. */
function explain(error: unknown, replicaLost: boolean): ReadOutcome | null {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (CANCELLED.includes(code)) return 'cancelled';
  // A table or column of a migration that it has not replayed yet.
  if (/^42...$/.test(code)) return 'behind';
  const isSlow = code === STATEMENT_TIMEOUT || (code === '' && /timeout/i.test(message));
  return isUnavailable(error) && (replicaLost || !isSlow) ? 'failed' : null;
}
