/** A delivery's states (contract.md, Routes). */
export const DELIVERY_STATUSES = ['pending', 'retrying', 'delivered', 'failed', 'cancelled', 'held'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export type AttemptTrigger = 'automatic' | 'manual';

/** The result of one attempt; `judgeAttempt` decides what it means for the delivery. */
export interface AttemptResult {
  startedAt: Date;
  durationMs: number;
  /** Null when no response status arrived. */
  statusCode: number | null;
  responseHeaders: Record<string, string> | null;
  /** At most 16 KiB, decoded as UTF-8, null when no response arrived. */
  responseBody: string | null;
  /** Null on success; otherwise one sentence for operators. */
  errorMessage: string | null;
}
