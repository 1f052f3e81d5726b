import type { Recovery } from '../../../../core/contracts/recovery.ts';
import { formatCounted } from '../../lib/number-format.ts';

type Progress = Pick<Recovery, 'state' | 'matched' | 'matched_exact' | 'retried' | 'skipped'>;

/** How far a recovery is, 0 to 1. Where it is not known how many matched, it comes near to 1 but not there before its end. */
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
