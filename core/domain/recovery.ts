/** `completed` and `cancelled` are final. */
export const RECOVERY_STATES = ['running', 'paused', 'completed', 'cancelled'] as const;
export type RecoveryState = (typeof RECOVERY_STATES)[number];

/** The states of deliveries that a recovery may retry. */
export const RECOVERABLE_STATUSES = ['failed', 'cancelled', 'retrying'] as const;
export type RecoverableStatus = (typeof RECOVERABLE_STATUSES)[number];

/** Deliveries per second. */
export const RECOVERY_RATE = { min: 1, max: 10_000, default: 1_000 } as const;

/** A recovery's filter, in the API and in the database; omitted members match everything. */
export interface StoredFilter {
  webhook_id?: string | undefined;
  event?: string | undefined;
  status: RecoverableStatus[];
  /** ISO 8601. Created at this time or later. */
  since?: string | undefined;
  /** ISO 8601. Created before this time. */
  until?: string | undefined;
  ids?: string[] | undefined;
}

/** Why a matching delivery is skipped; `in_flight`: an attempt is in flight or requested already. */
export type SkipReason = 'webhook_deleted' | 'webhook_inactive' | 'webhook_paused' | 'in_flight' | 'event_expired';

/** The result of one part of a recovery, or of several. */
export interface RecoveryProgress {
  /** The recovery's state after it. */
  state: RecoveryState;
  retried: number;
  skipped: number;
}

export interface RecoveryPart extends RecoveryProgress {
  /** Interval from the start of this part to the next, according to the rate. */
  intervalMs: number;
}

const MOST_PER_PART = 500;

/** Divides a rate into parts of at most 500 deliveries, at least one per second. */
export function paceOf(rate: number): { size: number; intervalMs: number } {
  const size = Math.min(MOST_PER_PART, rate);
  return { size, intervalMs: Math.ceil((size / rate) * 1_000) };
}
