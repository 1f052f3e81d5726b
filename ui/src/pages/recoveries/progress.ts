import type { Recovery } from '../../../../core/contracts/recovery.ts';
import { formatCounted } from '../../lib/number-format.ts';

type Progress = Pick<Recovery, 'state' | 'matched' | 'matched_exact' | 'retried' | 'skipped'>;

/** The progress of a recovery, 0 to 1. Without an exact count it approaches 1 and reaches it only at the end. */
export function shareOf({ state, matched, matched_exact: exact, retried, skipped }: Progress): number {
  if (state === 'completed') return 1;
  const done = retried + skipped;
  if (exact) return Math.min(1, done / matched);
  return done / Math.max(1, matched + done);
}

/** "70,000", "more than 10,000". */
export function formatMatched({ matched, matched_exact: exact }: Progress): string {
  return formatCounted({ count: matched, exact });
}
