/** `running` and `paused` go on; the other two are ends. */
export const RECOVERY_STATES = ['running', 'paused', 'completed', 'cancelled'] as const;
export type RecoveryState = (typeof RECOVERY_STATES)[number];

/** What a recovery may send again. */
export const RECOVERABLE_STATUSES = ['failed', 'cancelled', 'retrying'] as const;
export type RecoverableStatus = (typeof RECOVERABLE_STATUSES)[number];

/** Deliveries a second. */
export const RECOVERY_RATE = { min: 1, max: 10_000, default: 1_000 } as const;

/** A recovery's filter as the API takes it and the database keeps it; what is left out does not narrow. */
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

/** Why a delivery that matched is left out; `in_flight`: an attempt is being made or was asked for already. */
export type SkipReason = 'webhook_deleted' | 'webhook_inactive' | 'webhook_paused' | 'in_flight' | 'event_expired';

/** What became of one part of a recovery, or of several. */
export interface RecoveryProgress {
  /** The recovery's state after it. */
  state: RecoveryState;
  retried: number;
  skipped: number;
}

export interface RecoveryPart extends RecoveryProgress {
  /** From the beginning of this part to that of the next, so that the rate is kept. */
  intervalMs: number;
}

const MOST_PER_PART = 500;

/** A rate as parts of at most 500 deliveries, one a second or more often. */
export function paceOf(rate: number): { size: number; intervalMs: number } {
  const size = Math.min(MOST_PER_PART, rate);
  return { size, intervalMs: Math.ceil((size / rate) * 1_000) };
}
